#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A distribution over buckets, estimated from counts with Laplace smoothing:
/// p(b) = (c(b) + a) / (N + a B), for c(b) of N features in bucket b of B, and the pseudocount a.
package struct Model: Sendable {
  /// ln p, one a bucket; −∞ for an empty bucket without smoothing.
  package let logProbabilities: [Double]

  /// - Parameter pseudocount: added to every bucket; not negative.
  /// - Precondition: there is a feature, or the pseudocount is positive.
  package init(_ counts: FeatureCounts, pseudocount: Double) {
    precondition(pseudocount >= 0)
    precondition(pseudocount > 0 || counts.featureCount > 0, "nothing to estimate from")
    let total = Double(counts.featureCount) + pseudocount * Double(counts.bucketCount)
    let logTotal = log(total)
    logProbabilities = counts.counts.map { log(Double($0) + pseudocount) - logTotal }
  }

  /// KL(self ‖ other) = Σ p ln(p / q), in nats.
  package func divergence(from other: Model) -> Double {
    precondition(logProbabilities.count == other.logProbabilities.count)
    var sum = 0.0
    for (logP, logQ) in zip(logProbabilities, other.logProbabilities) where logP > -.infinity {
      sum += exp(logP) * (logP - logQ)
    }
    // Rounding may leave the divergence of equal models a hair below zero.
    return max(sum, 0)
  }
}
