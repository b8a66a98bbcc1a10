/// Pearson's correlation of log weights with lengths. The result doesn't depend on their order,
/// since sums are integers, of weights in steps of 2⁻¹⁶.
package struct WeightLengthCorrelation: Sendable {
  private var count: Int128 = 0
  private var (weights, lengths): (Int128, Int128) = (0, 0)
  private var (weightSquares, lengthSquares, products): (Int128, Int128, Int128) = (0, 0, 0)
  /// Whether a weight was too large to be added.
  private var hasLarger = false
  /// The squares of larger weights could overflow within 2³⁵ documents.
  private static let largestWeight = 0x1p30
  /// In steps. If weights differed less, the correlation would be one of rounding errors.
  private static let smallestDeviation = 64.0

  package init() {}

  /// - Precondition: `length` is below 2³², and the weight is finite.
  package mutating func add(logWeight: Double, length: Int) {
    guard abs(logWeight) <= Self.largestWeight else {
      hasLarger = true
      return
    }
    let (weight, length) = (Int128((logWeight * 0x1p16).rounded()), Int128(length))
    count += 1
    weights += weight
    lengths += length
    weightSquares += weight * weight
    lengthSquares += length * length
    products += weight * length
  }

  package mutating func merge(_ other: WeightLengthCorrelation) {
    hasLarger = hasLarger || other.hasLarger
    count += other.count
    weights += other.weights
    lengths += other.lengths
    weightSquares += other.weightSquares
    lengthSquares += other.lengthSquares
    products += other.products
  }

  /// nil where one of the two doesn't vary, and where weights are too large or too similar for an
  /// exact result.
  package var value: Double? {
    guard count > 1, !hasLarger else { return nil }
    // Moments about whole numbers near the means: the difference of two large sums would lose the
    // digits that matter. Products may overflow 128 bits, since the final sum doesn't.
    let (weight, length) = (weights / count, lengths / count)
    func moment(
      _ products: Int128, _ one: Int128, _ ones: Int128, _ other: Int128, _ others: Int128
    ) -> Double {
      let about = products &- one &* others &- other &* ones &+ count &* one &* other
      let rest = Double(ones - count * one) * Double(others - count * other)
      return (Double(about) - rest / Double(count)) / Double(count)
    }
    let weightVariance = moment(weightSquares, weight, weights, weight, weights)
    let lengthVariance = moment(lengthSquares, length, lengths, length, lengths)
    guard weightVariance >= Self.smallestDeviation * Self.smallestDeviation, lengthVariance > 0
    else { return nil }
    let covariance = moment(products, weight, weights, length, lengths)
    return max(-1, min(1, covariance / (weightVariance * lengthVariance).squareRoot()))
  }
}
