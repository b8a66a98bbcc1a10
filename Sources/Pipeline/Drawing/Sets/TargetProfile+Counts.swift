internal import Choosing
internal import Weighting

extension TargetProfile {
  /// - Parameter counts: of the target's features.
  init(_ counts: FeatureCounts) {
    self.init(bucketCounts: counts.counts, tokenCount: counts.tokenCount)
  }
}
