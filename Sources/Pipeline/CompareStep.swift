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

  /// What was counted.
  struct Outcome: Sendable {
    var counts: FeatureCounts
    var lengths = LengthHistogram()
    var domains = DomainCounts()
    /// Of lines, with their line ends.
    var byteCount = 0
  }

  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard]) async throws -> (Outcome, PassReport) {
    let counts = SharedCounts(bucketCount: features.bucketCount)
    let (results, report) = try await workers.run(shards) { [self] in Counter(self, counts) }
    var outcome = Outcome(counts: counts.take())
    for result in results {
      outcome.lengths.merge(result.lengths)
      outcome.domains.merge(result.domains)
      outcome.byteCount += result.byteCount
    }
    outcome.domains.trim()
    return (outcome, report)
  }

  /// What one worker counted, besides features.
  private struct Counted: Sendable {
    var lengths = LengthHistogram()
    var domains = DomainCounts()
    var byteCount = 0
  }

  private struct Counter: DocumentConsumer, ~Copyable {
    private let order: Int
    private let arm: RandomDocuments?
    private var featurizer: Featurizer
    private let counts: SharedCounts
    private var counter: FeatureCounter
    private var counted = Counted()

    init(_ step: CompareStep, _ counts: SharedCounts) {
      self.counts = counts
      order = step.features.maximumOrder
      arm = step.arm
      featurizer = Featurizer(step.features, tables: step.tables)
      counter = FeatureCounter(bucketCount: step.features.bucketCount)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
      if let arm, !arm.contains(GumbelNoise.identity(of: text)) { return }
      featurizer.begin()
      while featurizer.nextBlock(of: text) {
        for order in 1...order { counter.add(featurizer.features(order: order)) }
      }
      counter.addDocument(tokenCount: featurizer.tokenCount)
      counted.lengths.add(featurizer.tokenCount)
      if let domain = line.fields.first { counted.domains.add(domain) }
      counted.byteCount += line.byteCount + 1
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> Counted {
      counts.add(counter)
      return counted
    }
  }
}
