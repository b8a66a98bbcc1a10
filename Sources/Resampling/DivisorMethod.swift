/// Gives units away one after the other, each to the part whose weight / (2 × units so far + 1) is largest, of equal ones to
/// the first part: the divisor method of Webster and Sainte-Laguë, in exact arithmetic.
struct DivisorMethod: Sendable {
  /// Relative, and exact. Their sum is below 2¹²⁶, so that twice the sum has room.
  let weights: [UInt128]
  private let sum: UInt128

  init(_ weights: [UInt128]) {
    self.weights = weights
    sum = weights.reduce(0, +)
    precondition(sum < 1 << 126)
  }

  /// What each part gets of `total`.
  ///
  /// - Parameter total: not negative.
  /// - Returns: one number for each part; their sum is `total`, unless all weights are 0.
  /// - Complexity: O(*n* log *n*) for *n* parts, whatever the total.
  func amounts(of total: Int) -> [Int] {
    guard sum > 0 else { return weights.map { _ in 0 } }
    // All units with a quotient above sum / total are given away at once: at most half a unit a part too many or too few.
    var amounts = weights.map { weight in Self.rounded(weight, total, sum) }
    // The sum may be beyond the largest number; the difference is small.
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

  /// True if `one` with `count` units gets the next unit before `other` with `otherCount`.
  private func precedes(_ one: Int, _ count: Int, _ other: Int, _ otherCount: Int) -> Bool {
    // w₁ / (2a₁ + 1) > w₂ / (2a₂ + 1), without dividing.
    let left = weights[one].multipliedFullWidth(by: UInt128(otherCount) * 2 + 1)
    let right = weights[other].multipliedFullWidth(by: UInt128(count) * 2 + 1)
    if left.high != right.high { return left.high > right.high }
    if left.low != right.low { return left.low > right.low }
    return one < other
  }

  /// weight × total / sum, rounded; a half is rounded down.
  private static func rounded(_ weight: UInt128, _ total: Int, _ sum: UInt128) -> Int {
    guard weight > 0, total > 0 else { return 0 }
    let product = weight.multipliedFullWidth(by: UInt128(total))
    let (quotient, remainder) = sum.dividingFullWidth(product)
    return Int(quotient) + (2 * remainder > sum ? 1 : 0)
  }
}
