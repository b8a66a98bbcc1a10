/// The divisor method of Webster and Sainte-Laguë, in exact arithmetic.
///
/// Units go one after the other to the part with the largest weight / (2 × units so far + 1), and
/// of equal parts to the first.
struct DivisorMethod: Sendable {
  /// The weights, of which only ratios count.
  ///
  /// Their sum is below 2¹²⁶, so twice the sum fits.
  let weights: [UInt128]
  private let sum: UInt128

  init(_ weights: [UInt128]) {
    self.weights = weights
    sum = weights.reduce(0, +)
    precondition(sum < 1 << 126)
  }

  /// The amount of each part.
  ///
  /// - Parameter total: not negative.
  /// - Returns: one number for each part. Their sum is `total`, unless all weights are 0.
  /// - Complexity: O(*n* log *n*) for *n* parts, whatever the total.
  func amounts(of total: Int) -> [Int] {
    guard sum > 0 else { return weights.map { _ in 0 } }
    // All units with a quotient above sum / total go out at once. That is at most half a unit per
    // part too many or too few.
    var amounts = weights.map { weight in Self.rounded(weight, total, sum) }
    // The sum may overflow. The difference is small all the same.
    var left = amounts.reduce(total, &-)
    if left > 0 {
      var heap = Heap(weights.indices.filter { weights[$0] > 0 }) { one, other in
        precedes(one, amounts[one], other, amounts[other])
      }
      while left > 0 {
        amounts[heap.top] += 1
        left -= 1
        heap.fixTop { one, other in precedes(one, amounts[one], other, amounts[other]) }
      }
    } else if left < 0 {
      var heap = Heap(weights.indices.filter { amounts[$0] > 0 }) { one, other in
        precedes(other, amounts[other] - 1, one, amounts[one] - 1)
      }
      while left < 0 {
        amounts[heap.top] -= 1
        left += 1
        heap.fixTop { one, other in
          guard amounts[one] > 0, amounts[other] > 0 else { return amounts[one] > 0 }
          return precedes(other, amounts[other] - 1, one, amounts[one] - 1)
        }
      }
    }
    return amounts
  }

  /// Whether `one` with `count` units gets the next unit before `other` with `otherCount`.
  private func precedes(_ one: Int, _ count: Int, _ other: Int, _ otherCount: Int) -> Bool {
    // w₁ / (2a₁ + 1) > w₂ / (2a₂ + 1), without division.
    let left = weights[one].multipliedFullWidth(by: UInt128(otherCount) * 2 + 1)
    let right = weights[other].multipliedFullWidth(by: UInt128(count) * 2 + 1)
    if left.high != right.high { return left.high > right.high }
    if left.low != right.low { return left.low > right.low }
    return one < other
  }

  /// weight × total / sum, rounded.
  ///
  /// A half is rounded down.
  private static func rounded(_ weight: UInt128, _ total: Int, _ sum: UInt128) -> Int {
    guard weight > 0, total > 0 else { return 0 }
    let product = weight.multipliedFullWidth(by: UInt128(total))
    let (quotient, remainder) = sum.dividingFullWidth(product)
    return Int(quotient) + (2 * remainder > sum ? 1 : 0)
  }
}
