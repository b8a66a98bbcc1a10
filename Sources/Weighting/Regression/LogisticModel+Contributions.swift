extension LogisticModel {
  /// What each folded bucket of a document adds to its log odds:
  /// θ(f) ln(1 + c(f)) / √(Σ ln²(1 + c(f))). These terms and the bias add up to the log odds.
  ///
  /// - Parameter counts: how often each folded bucket occurs, without those that don't: see
  ///   ``RegressionFeatures``.
  /// - Complexity: O(*n* log *n*) for *n* buckets.
  package func contributions(of counts: [Int: Int]) -> [Int: Double] {
    let logs = counts.mapValues { LogCounts.value(min($0, RegressionFeatures.maximumCount)) }
    // In a fixed order: sums of doubles depend on it.
    let length = logs.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
    return Dictionary(
      uniqueKeysWithValues: logs.map { bucket, value in
        (bucket, weight(bucket) * value / length)
      })
  }
}
