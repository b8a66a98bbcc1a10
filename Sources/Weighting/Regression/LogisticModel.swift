/// The parameters of a logistic regression.
///
/// They are kept in steps of a 32,767th of the largest. That is far finer than the error of
/// training on a few thousand documents, and small enough for a core's cache.
package struct LogisticModel: Sendable, Equatable {
  package let bias: Double
  /// The size of one step.
  package let step: Double
  /// θ in steps, one per folded bucket.
  package let steps: [Int16]

  /// - Parameter weights: θ, one per folded bucket; finite.
  /// - Complexity: O(*n*) for *n* folded buckets.
  package init(bias: Double, weights: [Double]) {
    precondition(weights.count == RegressionFeatures.maximumBucketCount)
    self.bias = bias
    let largest = weights.reduce(0) { max($0, abs($1)) }
    let step = largest > 0 ? max(largest / 32767, .leastNormalMagnitude) : 1
    self.step = step
    steps = weights.map { Int16(($0 / step).rounded(.toNearestOrEven)) }
  }

  /// θ of a folded bucket.
  package func weight(_ bucket: Int) -> Double { Double(steps[bucket]) * step }

  /// Every document is as likely in the target as in the pool: the model without documents.
  package static let indifferent = LogisticModel(
    bias: 0, weights: Array(repeating: 0, count: RegressionFeatures.maximumBucketCount))
}
