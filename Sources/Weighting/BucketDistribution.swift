internal import Platform

/// A distribution over buckets, estimated from counts with Laplace smoothing:
/// p(b) = (c(b) + a) / (N + a B), for c(b) of N features in bucket b of B, and the pseudocount a.
///
/// Without smoothing, an empty bucket has no logarithm. The DSIR reference takes ln(p + f)
/// everywhere, with a small floor f. That is not quite a distribution, but finite.
package struct BucketDistribution: Sendable {
  /// ln(p + f), one per bucket; −∞ for an empty bucket without smoothing and floor.
  package let logProbabilities: [Double]
  private let floor: Double

  /// - Parameters:
  ///   - pseudocount: added to every bucket; not negative.
  ///   - floor: added to every probability before its logarithm is taken; not negative.
  /// - Precondition: there is a feature, or the pseudocount is positive.
  /// - Complexity: O(*n*) for *n* buckets.
  package init(_ counts: FeatureCounts, pseudocount: Double, floor: Double = 0) {
    precondition(pseudocount >= 0 && floor >= 0)
    precondition(pseudocount > 0 || counts.featureCount > 0, "nothing to estimate from")
    let total = Double(counts.featureCount) + pseudocount * Double(counts.bucketCount)
    let logTotal = log(total)
    self.floor = floor
    logProbabilities = counts.counts.map { count in
      let smoothed = Double(count) + pseudocount
      return floor > 0 ? log(smoothed / total + floor) : log(smoothed) - logTotal
    }
  }

  /// KL(self ‖ other) = Σ p ln(p / q), in nats; with floors, Σ p (ln(p + f) − ln(q + f)).
  ///
  /// - Precondition: both have the same number of buckets.
  /// - Complexity: O(*n*) for *n* buckets.
  package func divergence(from other: BucketDistribution) -> Double {
    precondition(logProbabilities.count == other.logProbabilities.count)
    var sum = 0.0
    for (logP, logQ) in zip(logProbabilities, other.logProbabilities) where logP > -.infinity {
      sum += (exp(logP) - floor) * (logP - logQ)
    }
    // Rounding or floors may leave the divergence of similar models slightly below zero.
    return max(sum, 0)
  }
}
