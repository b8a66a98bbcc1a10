internal import Choosing
internal import Featurizing
internal import Files
internal import Reading
internal import Resampling

/// Reads the candidates of a target in the pool again, and finds their features.
///
/// Other documents of the pool aren't parsed.
struct PoolFeatures: FeatureSource {
  var shards: [Shard]
  var workers: DocumentWorkers
  var features: FeatureSettings

  func read(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws {
    _ = try readAll(candidates, of: profile, into: sink)
  }

  /// Reads as ``read(_:of:into:)`` does, and reports on the shards.
  func readAll(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws -> PassReport {
    workers.progress.begin(
      .choose, totalStoredByteCount: Inputs(shards: shards).totalStoredByteCount, pass: .next)
    let (counts, report) = try workers.run(shards) { [self] in
      Reader(self, candidates, profile, sink)
    }
    guard counts.reduce(0, +) == candidates.count else {
      // A record that isn't where it was.
      let shard = candidates.last?.position.shard ?? 0
      throw PipelineError.input(.reading(.changed(path: shards[shard].name), line: nil))
    }
    return report
  }

  private struct Reader: DocumentConsumer, ~Copyable {
    private var cursor: CandidateCursor
    private let shards: [Shard]
    private let sink: any FeatureSink
    private var featurizer: Featurizer
    private let maximumOrder: Int
    private var collector: FeatureCollector
    private var count = 0
    private var words: [UInt32] = []
    private var textHashes: [UInt64] = []

    init(
      _ source: PoolFeatures, _ candidates: [Candidate], _ profile: TargetProfile,
      _ sink: any FeatureSink
    ) {
      cursor = CandidateCursor(candidates)
      shards = source.shards
      self.sink = sink
      featurizer = Featurizer(source.features, tables: UnicodeTables())
      maximumOrder = source.features.maximumOrder
      collector = FeatureCollector(profile)
    }

    mutating func wants(_ position: Position) -> Bool { cursor.has(position) }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let (number, candidate) = cursor.current
      guard TextHash.of(text) == candidate.textHash else {
        let path = shards[line.position.shard].name
        throw PipelineError.input(.reading(.changed(path: path), line: nil))
      }
      collector.add(text, candidate: number, by: &featurizer, maximumOrder, into: &words)
      textHashes.append(candidate.textHash)
      count += 1
    }

    mutating func endChunk(_ number: Int) throws {
      cursor.endChunk()
      try sink.add(words, textHashes: textHashes)
      words.removeAll(keepingCapacity: true)
      textHashes.removeAll(keepingCapacity: true)
    }

    consuming func finish() -> Int { count }
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
