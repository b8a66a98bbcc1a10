internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Counts all that a comparison wants to know of one side's documents.
struct CompareStep {
  var workers: DocumentWorkers
  var features: FeatureSettings
  var tables: UnicodeTables
  /// Leaves out the documents that aren't in it.
  var arm: RandomDocuments?
  /// Whether the hashes of the documents' texts are kept.
  var keepsTexts = false
  /// Texts of which it is counted how many documents have them.
  var known: TextHashes?

  /// What was counted.
  struct Outcome: Sendable {
    var counts: FeatureCounts
    var lengths = LengthHistogram()
    var domains = DomainCounts()
    /// Of lines, with their line ends.
    var byteCount = 0
    /// None unless they are kept.
    var texts = TextHashes()
    /// Documents of the texts that are known.
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
      outcome.byteCount += result.byteCount
    }
    outcome.texts = texts.take()
    if let known { outcome.knownCount = known.scaled(results.reduce(0) { $0 + $1.knownCount }) }
    outcome.domains.trim()
    return (outcome, report)
  }

  /// What one worker counted, besides features.
  private struct Counted: Sendable {
    var lengths = LengthHistogram()
    var domains = DomainCounts()
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
    /// The hashes of the chunk's texts, if they are kept.
    private var ofChunk: [UInt64] = []

    init(_ step: CompareStep, _ counts: SharedCounts, _ texts: TextHashes.Shared) {
      self.counts = counts
      self.texts = texts
      keepsTexts = step.keepsTexts
      known = step.known
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
      counted.byteCount += line.byteCount + 1
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
