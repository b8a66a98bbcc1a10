internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// Looks at the documents of a target once more, for a report.
struct TargetSurvey: DocumentConsumer, ~Copyable {
  struct Outcome: Sendable {
    var side = SurveyStep.Side()
    /// Random documents, to read words from.
    var read = DocumentPicks(limit: SurveyStep.mostRead)

    mutating func merge(_ other: Outcome) {
      side.merge(other.side)
      read.merge(other.read)
    }
  }

  private var outcome = Outcome()
  private var featurizer: Featurizer
  private let hash: SeededHash

  /// Domains are those of the first field, if there is one.
  init(_ features: FeatureSettings, seed: UInt64) {
    var features = features
    features.maximumOrder = 1
    featurizer = Featurizer(features, tables: UnicodeTables())
    hash = SeededHash(seed: seed, purpose: .report)
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
    featurizer.begin()
    while featurizer.nextBlock(of: text) {}
    let tokenCount = featurizer.tokenCount
    outcome.side.tokenCount += tokenCount
    outcome.side.lengths.add(tokenCount)
    if let domain = line.fields.first { outcome.side.domains.add(domain) }
    let textHash = TextHash.of(text)
    let byteCount = text.count
    outcome.read.add(DocumentPicks.randomScore(hash, textHash)) {
      DocumentPick(
        score: $0, place: line.place, textHash: textHash, textByteCount: byteCount,
        tokenCount: tokenCount)
    }
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> Outcome { outcome }
}
