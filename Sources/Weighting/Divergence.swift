/// The KL divergence by which the paper judges selections, in nats. It is taken between
/// distributions over 10,000 buckets, without smoothing but with a floor:
/// Σ p (ln(p + 10⁻¹⁰) − ln(q + 10⁻¹⁰)).
///
/// The reference package has no such function. The formula is its maintainer's (github
/// p-lambda/dsir, issues 9 and 11). A divergence from few documents is large because they are few.
/// KL reduction therefore compares a selection with a random one of the same size.
package enum Divergence {
  /// Counts in more buckets are folded to this number.
  package static let bucketCount = 10_000
  package static let floor = 1e-10

  /// Empty counts for features in `bucketCount` buckets, with no more buckets than divergences
  /// need.
  package static func emptyCounts(bucketCount: Int) -> FeatureCounts {
    FeatureCounts(bucketCount: min(bucketCount, Self.bucketCount))
  }

  /// KL(p ‖ q) of the distributions that were counted; nil if one of them has no feature.
  ///
  /// - Complexity: O(*n*) for *n* buckets.
  package static func between(_ p: FeatureCounts, _ q: FeatureCounts) -> Double? {
    let (p, q) = (p.folded(to: bucketCount), q.folded(to: bucketCount))
    guard p.featureCount > 0, q.featureCount > 0 else { return nil }
    return BucketDistribution(p, pseudocount: 0, floor: floor)
      .divergence(from: BucketDistribution(q, pseudocount: 0, floor: floor))
  }
}
