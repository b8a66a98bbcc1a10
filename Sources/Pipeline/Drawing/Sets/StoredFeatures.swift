internal import Choosing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Reads the features of candidates from files of candidates.
struct StoredFeatures: FeatureSource {
  var files: [Shard]
  /// The shards of all files, to which candidates' positions belong.
  var shards: [FittedModel.Input]
  var limits: ReadingLimits
  var progress: ProgressMeter?

  /// The words that are given to a sink at once, about.
  private static let batchWordCount = 1 << 18

  func read(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws {
    progress?.begin(.choose, totalStoredByteCount: nil)
    var words: [UInt32] = []
    var textHashes: [UInt64] = []
    func give() throws(PipelineError) {
      try sink.add(words, textHashes: textHashes)
      words.removeAll(keepingCapacity: true)
      textHashes.removeAll(keepingCapacity: true)
    }
    try read(candidates) { number, bytes, path throws(PipelineError) in
      guard
        FeatureBytes.decode(
          bytes, candidate: number, rankCount: profile.rankCount, into: &words)
      else { throw .candidates(.unusable(path: path, .invalid("features"))) }
      textHashes.append(candidates[number].textHash)
      if words.count > Self.batchWordCount { try give() }
    }
    try give()
  }

  /// Reads the features of candidates as they are stored.
  ///
  /// - Throws: ``PipelineError``
  func read(_ candidates: [Candidate], into store: FeatureStore) throws(PipelineError) {
    try read(candidates) { number, bytes, _ throws(PipelineError) in
      try store.put(bytes, of: number)
    }
  }

  /// - Parameters:
  ///   - candidates: in pool order.
  ///   - body: gets the number of a candidate, its features, and the file's path.
  private func read(
    _ candidates: [Candidate], _ body: (Int, [UInt8], String) throws(PipelineError) -> Void
  ) throws(PipelineError) {
    let numbers = Dictionary(
      shards.enumerated().map { (ExactString($0.element.path), $0.offset) },
      uniquingKeysWith: { first, _ in first })
    var count = 0
    for file in files {
      var lines = try CandidateLines(file, limits: limits, readsFeatures: true)
      let places = lines.header.shards.map { numbers[ExactString($0.path)] }
      while let line = try lines.next() {
        guard let shard = places[line.candidate.position.shard] else { continue }
        let position = line.candidate.moved(toShard: shard).position
        let number = Candidates.firstIndex(from: position, in: candidates)
        guard number < candidates.count, candidates[number].position == position else { continue }
        count += 1
        try body(number, line.features ?? [], file.name)
      }
    }
    guard count == candidates.count else {
      // The files were read before, and had more.
      throw .input(.reading(.changed(path: files.last?.name ?? ""), line: nil))
    }
  }
}
