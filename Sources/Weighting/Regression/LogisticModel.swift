/// The parameters of a logistic regression.
///
/// They are kept in steps of a 32,767th of the largest: far finer than what a few thousand documents can tell, and small
/// enough for a core's cache.
package struct LogisticModel: Sendable, Equatable {
  package let bias: Double
  /// What one step is worth.
  package let step: Double
  /// θ in steps, one a folded bucket.
  package let steps: [Int16]

  /// - Parameter weights: θ, one a folded bucket; finite.
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

  /// Says that every document is as likely in the target as in the pool: what is known without documents.
  package static let indifferent = LogisticModel(
    bias: 0, weights: Array(repeating: 0, count: RegressionFeatures.maximumBucketCount))
}
