internal import Choosing
internal import Featurizing
internal import Resampling

/// Reads the features of candidates into a spool.
struct CandidateReading: Sendable {
  var source: any FeatureSource
  /// For the spool, if memory has no room for it.
  var room: SpoolRoom
  var threadCount: Int

  /// Slices of the spool may have this many words. Those of the sweeps join some of them.
  private static let sliceWordCount = 8 << 20
  private static let sliceCounts = 8...4096

  /// - Parameter candidates: in pool order.
  /// - Throws: ``PipelineError``
  func read(_ candidates: [Candidate], _ profile: TargetProfile) throws -> CandidateSpool {
    let spool = CandidateSpool(
      sliceCount: Self.sliceCount(Self.mostWords(candidates, profile)), room: room,
      candidateCount: candidates.count)
    try source.read(candidates, of: profile, into: spool)
    return spool
  }

  /// - Parameter wordCount: a bound of the words to spool.
  private static func sliceCount(_ wordCount: Int) -> Int {
    var count = sliceCounts.lowerBound
    while count < sliceCounts.upperBound, wordCount / count > sliceWordCount { count *= 2 }
    return count
  }

  /// A bound of the words that the candidates' records have together.
  private static func mostWords(_ candidates: [Candidate], _ profile: TargetProfile) -> Int {
    candidates.reduce(0) { sum, candidate in
      // A feature that occurs once takes a word, and one that occurs more often takes two.
      sum + CandidateRecord.headerCount
        + min(FeatureSettings.maximumOrder * candidate.tokenCount, 2 * profile.rankCount)
    }
  }
}
