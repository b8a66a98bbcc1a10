/// What a model has been trained on already, which a set is to complete.
///
/// Its n-grams count as chosen before the set is. This is the idea of GOT-D (Kang et al. 2024, "Get
/// more for less"): what a model already knows needn't be selected again.
package struct BaseCounts: Sendable {
  /// By rank: see ``TargetProfile``.
  package let counts: [Double]
  package let tokenCount: Double

  /// - Parameters:
  ///   - bucketCounts: one per bucket, with the features of the profile.
  ///   - tokenCount: the tokens that were counted.
  ///   - scaledTo: the tokens that the model was trained on, if the counts are of a sample; nil for
  ///     those that were counted.
  /// - Complexity: O(*b*) for *b* buckets.
  package init(
    bucketCounts: [UInt64], tokenCount: Int, scaledTo tokens: Double?, _ profile: TargetProfile
  ) {
    let scale = (tokens ?? Double(tokenCount)) / Double(max(1, tokenCount))
    counts = profile.ranked(bucketCounts).map { Double($0) * scale }
    self.tokenCount = Double(tokenCount) * scale
  }
}
