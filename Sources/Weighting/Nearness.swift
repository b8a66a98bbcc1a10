internal import Platform

/// How near documents are to a target: what they tell about its n-grams that the pool doesn't, as a
/// share of what the target's own text tells.
///
/// All distributions are over the 10,000 buckets of ``Divergence``. Let t be the target's, p the
/// pool's with one more feature in each bucket, and x that of the documents. Half documents and
/// half pool predict the target's n-grams by
///
///     G(x) = Σ t ln((x + p) / 2p)
///
/// nats more than the pool alone. The target's own text, without the n-gram that is predicted, has
/// x(b) = (T(b) − 1) / (T − 1) for each of the T(b) n-grams in bucket b. The nearness is the ratio.
///
/// Unlike a KL divergence, it isn't large for documents only because they are few: where they have
/// nothing, the pool predicts. A share of documents that are unlike the target makes it smaller.
package enum Nearness {
  /// - Returns: 0 for documents that tell nothing more than the pool, and 1 for what the target's
  ///   own text tells; more, if the documents are many or are the target's own. nil if one of the
  ///   three has too few features, or if the target is like the pool.
  /// - Complexity: O(*n*) for *n* buckets.
  package static func of(
    _ documents: FeatureCounts, to target: FeatureCounts, pool: FeatureCounts
  ) -> Double? {
    let (documents, target, pool) = (folded(documents), folded(target), folded(pool))
    guard documents.featureCount > 0, target.featureCount > 1, pool.featureCount > 0 else {
      return nil
    }
    let others = Double(target.featureCount) - 1
    let own = gain(target, pool, target.counts) { ($0 - 1) / others }
    guard own > leastGain else { return nil }
    let total = Double(documents.featureCount)
    return max(0, gain(target, pool, documents.counts) { $0 / total } / own)
  }

  /// Below this gain, in nats, a target is like the pool.
  private static let leastGain = 0.001

  private static func folded(_ counts: FeatureCounts) -> FeatureCounts {
    counts.folded(to: Divergence.bucketCount)
  }

  /// G(x).
  ///
  /// - Parameters:
  ///   - counts: what x is computed from, by `probability`.
  private static func gain(
    _ target: FeatureCounts, _ pool: FeatureCounts, _ counts: [UInt64],
    _ probability: (Double) -> Double
  ) -> Double {
    let poolTotal = Double(pool.featureCount) + Double(pool.bucketCount)
    let targetTotal = Double(target.featureCount)
    return target.counts.indices.reduce(0.0) { sum, bucket in
      guard target.counts[bucket] > 0 else { return sum }
      let ratio =
        probability(Double(counts[bucket])) * poolTotal / (Double(pool.counts[bucket]) + 1)
      return sum + Double(target.counts[bucket]) / targetTotal * log((1 + ratio) / 2)
    }
  }
}
