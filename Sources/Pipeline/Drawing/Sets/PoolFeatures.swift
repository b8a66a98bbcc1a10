internal import Choosing
internal import Featurizing
internal import Reading
internal import Resampling

/// Reads the candidates of a target in the pool again, and finds their features.
struct PoolFeatures: FeatureSource {
  var shards: [Shard]
  var workers: DocumentWorkers
  var features: FeatureSettings
  /// Has the records of some candidates, and keeps those of the others; nil for neither.
  var kept: KeptRecords?
  /// See ``PoolTexts/isPlain``.
  var isPlain: [Bool] = []

  func read(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws {
    _ = try readAll(candidates, of: profile, into: sink)
  }

  /// Reads as ``read(_:of:into:)`` does, and reports on the shards.
  func readAll(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws -> PassReport {
    let texts = PoolTexts(shards: shards, workers: workers, kept: kept, isPlain: isPlain)
    return try texts.read(candidates, .choose) { [features] in Reader(features, profile, sink) }
  }

  private struct Reader: CandidateReader, ~Copyable {
    private let sink: any FeatureSink
    private var featurizer: Featurizer
    private let maximumOrder: Int
    private var collector: FeatureCollector
    private var words: [UInt32] = []
    private var textHashes: [UInt64] = []

    init(_ features: FeatureSettings, _ profile: TargetProfile, _ sink: any FeatureSink) {
      self.sink = sink
      featurizer = Featurizer(features, tables: UnicodeTables())
      maximumOrder = features.maximumOrder
      collector = FeatureCollector(profile)
    }

    mutating func add(_ text: Span<UInt8>, of candidate: Candidate, number: Int) {
      collector.add(text, candidate: number, by: &featurizer, maximumOrder, into: &words)
      textHashes.append(candidate.textHash)
    }

    mutating func endChunk() throws {
      try sink.add(words, textHashes: textHashes)
      words.removeAll(keepingCapacity: true)
      textHashes.removeAll(keepingCapacity: true)
    }
  }
}

extension FeatureCollector {
  /// Appends the record of a text.
  ///
  /// - Complexity: O(*n*) for *n* tokens.
  mutating func add(
    _ text: Span<UInt8>, candidate: Int, by featurizer: inout Featurizer, _ maximumOrder: Int,
    into words: inout [UInt32]
  ) {
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...maximumOrder { add(featurizer.features(order: order)) }
    }
    finish(candidate: candidate, into: &words)
  }
}
