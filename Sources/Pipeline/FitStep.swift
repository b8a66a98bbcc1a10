internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// Counts the features of all documents of a target or a pool.
struct FitStep {
  var workers: DocumentWorkers
  var features: FeatureSettings
  var tables: UnicodeTables

  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard]) async throws -> (FeatureCounts, PassReport) {
    let (features, tables) = (features, tables)
    let (results, report) = try await workers.run(shards) { Counter(features, tables) }
    var counts = FeatureCounts(bucketCount: features.bucketCount)
    for result in results { counts.merge(result) }
    return (counts, report)
  }

  private struct Counter: DocumentConsumer, ~Copyable {
    private var featurizer: Featurizer
    private var counts: FeatureCounts

    init(_ features: FeatureSettings, _ tables: UnicodeTables) {
      featurizer = Featurizer(features, tables: tables)
      counts = FeatureCounts(bucketCount: features.bucketCount)
    }

    mutating func add(_ text: Span<UInt8>, at position: Position, lineByteCount: Int) {
      counts.addDocument(text, featurizer: &featurizer)
    }

    mutating func endChunk() {}

    consuming func finish() -> FeatureCounts { counts }
  }
}

extension FeatureCounts {
  /// Counts a document with its features.
  mutating func addDocument(_ text: Span<UInt8>, featurizer: inout Featurizer) {
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...featurizer.settings.maximumOrder { add(featurizer.features(order: order)) }
    }
    addDocument(tokenCount: featurizer.tokenCount)
  }
}
