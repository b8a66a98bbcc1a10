internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Counts everything that a comparison needs to know about one side's documents.
struct CompareStep {
  var workers: DocumentWorkers
  var features: FeatureSettings
  var tables: UnicodeTables
  /// Counts only these documents; nil to count all.
  var arm: RandomDocuments?
  /// Whether the hashes of the documents' texts are kept.
  var keepsTexts = false
  /// Texts to look for: the documents that have one of them are counted.
  var known: TextHashes?
  /// The order of the documents that a report reads again; nil for none.
  var readOrder: SeededHash?

  /// The outcome of counting.
  struct Outcome: Sendable {
    var counts: FeatureCounts
    var lengths = LengthHistogram()
    var domains = DomainCounts()
    /// Documents that a report reads again.
    var read = DocumentPicks(limit: SurveyStep.mostRead)
    /// The size of the lines, line ends included.
    var byteCount = 0
    /// The documents' texts; empty unless they are kept.
    var texts = TextHashes()
    /// The number of documents with a known text.
    var knownCount: Int?
  }

  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard]) throws -> (Outcome, PassReport) {
    let counts = SharedCounts(bucketCount: features.bucketCount)
    let texts = TextHashes.Shared()
    let (results, report) = try workers.run(shards) { [self] in
      Counter(self, counts, texts)
    }
    var outcome = Outcome(counts: counts.take())
    for result in results {
      outcome.lengths.merge(result.lengths)
      outcome.domains.merge(result.domains)
      outcome.read.merge(result.read)
      outcome.byteCount += result.byteCount
    }
    outcome.texts = texts.take()
    if let known { outcome.knownCount = known.scaled(results.reduce(0) { $0 + $1.knownCount }) }
    outcome.domains.trim()
    return (outcome, report)
  }

  /// The counts of one worker, besides features.
  private struct Counted: Sendable {
    var lengths = LengthHistogram()
    var domains = DomainCounts()
    var read = DocumentPicks(limit: SurveyStep.mostRead)
    var byteCount = 0
    var knownCount = 0
  }

  private struct Counter: DocumentConsumer, ~Copyable {
    private let order: Int
    private let arm: RandomDocuments?
    private var featurizer: Featurizer
    private let counts: SharedCounts
    private var counter: FeatureCounter
    private var counted = Counted()
    private let keepsTexts: Bool
    private let known: TextHashes?
    private let texts: TextHashes.Shared
    private let readOrder: SeededHash?
    /// The hashes of the chunk's texts, if they are kept.
    private var ofChunk: [UInt64] = []

    init(_ step: CompareStep, _ counts: SharedCounts, _ texts: TextHashes.Shared) {
      self.counts = counts
      self.texts = texts
      keepsTexts = step.keepsTexts
      known = step.known
      readOrder = step.readOrder
      order = step.features.maximumOrder
      arm = step.arm
      featurizer = Featurizer(step.features, tables: step.tables)
      counter = FeatureCounter(bucketCount: step.features.bucketCount)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
      if arm != nil || keepsTexts || known != nil {
        let identity = TextHash.of(text)
        if let arm, !arm.contains(identity) { return }
        if keepsTexts { ofChunk.append(identity) }
        if let known, known.contains(identity) { counted.knownCount += 1 }
      }
      featurizer.begin()
      while featurizer.nextBlock(of: text) {
        for order in 1...order { counter.add(featurizer.features(order: order)) }
      }
      counter.addDocument(tokenCount: featurizer.tokenCount)
      counted.lengths.add(featurizer.tokenCount)
      if let domain = line.fields.first { counted.domains.add(domain) }
      if let readOrder {
        let (textHash, byteCount) = (TextHash.of(text), text.count)
        let tokenCount = featurizer.tokenCount
        counted.read.add(DocumentPicks.randomScore(readOrder, textHash)) {
          DocumentPick(
            score: $0, place: line.place, textHash: textHash, textByteCount: byteCount,
            tokenCount: tokenCount)
        }
      }
      counted.byteCount += Candidate.byteCost(
        lineByteCount: line.byteCount, textByteCount: text.count)
    }

    mutating func endChunk(_ number: Int) {
      guard keepsTexts else { return }
      texts.add(ofChunk)
      ofChunk.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Counted {
      counts.add(counter)
      return counted
    }
  }
}
