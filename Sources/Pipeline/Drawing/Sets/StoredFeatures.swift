internal import Choosing
internal import Resampling

/// Reads the features of candidates from files of candidates.
struct StoredFeatures: FeatureSource {
  var stored: StoredCandidates
  var progress: ProgressMeter
  /// The target whose n-grams are read.
  var target = 0

  /// The words that are given to a sink at once, about.
  private static let batchWordCount = 1 << 18

  func read(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws {
    progress.begin(.choose, totalStoredByteCount: nil)
    var words: [UInt32] = []
    var textHashes: [UInt64] = []
    func give() throws(PipelineError) {
      try sink.add(words, textHashes: textHashes)
      words.removeAll(keepingCapacity: true)
      textHashes.removeAll(keepingCapacity: true)
    }
    try stored.read(candidates, .features, .ofTarget(target)) {
      number, line, path throws(PipelineError) in
      guard
        FeatureBytes.decode(
          line.features ?? [], candidate: number, rankCount: profile.rankCount, into: &words)
      else { throw .candidates(.unusable(path: path, .invalid("features"))) }
      textHashes.append(candidates[number].textHash)
      if words.count > Self.batchWordCount { try give() }
    }
    try give()
  }
}
