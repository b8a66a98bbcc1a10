/// Pearson's correlation of log weights with lengths, with a result that doesn't depend on their order: sums are
/// integers, of weights in steps of 2⁻¹⁶.
package struct Correlation: Sendable {
  private var count: Int128 = 0
  private var (weights, lengths): (Int128, Int128) = (0, 0)
  private var (weightSquares, lengthSquares, products): (Int128, Int128, Int128) = (0, 0, 0)
  /// Squares of larger ones could overflow within 2³⁵ documents.
  private static let largestWeight = 0x1p30

  package init() {}

  /// - Precondition: `length` is below 2³².
  package mutating func add(logWeight: Double, length: Int) {
    let bounded = max(-Self.largestWeight, min(Self.largestWeight, logWeight))
    let (weight, length) = (Int128((bounded * 0x1p16).rounded()), Int128(length))
    count += 1
    weights += weight
    lengths += length
    weightSquares += weight * weight
    lengthSquares += length * length
    products += weight * length
  }

  package mutating func merge(_ other: Correlation) {
    count += other.count
    weights += other.weights
    lengths += other.lengths
    weightSquares += other.weightSquares
    lengthSquares += other.lengthSquares
    products += other.products
  }

  /// nil where one of the two doesn't vary.
  package var value: Double? {
    guard count > 1 else { return nil }
    // Means first: n Σxy may overflow where Σxy doesn't.
    let n = Double(count)
    let (meanWeight, meanLength) = (Double(weights) / n, Double(lengths) / n)
    let weightVariance = Double(weightSquares) / n - meanWeight * meanWeight
    let lengthVariance = Double(lengthSquares) / n - meanLength * meanLength
    guard weightVariance > 0, lengthVariance > 0 else { return nil }
    let covariance = Double(products) / n - meanWeight * meanLength
    return max(-1, min(1, covariance / (weightVariance * lengthVariance).squareRoot()))
  }
}
