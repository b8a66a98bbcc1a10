import TestSupport
import Testing

@testable import Resampling

@Suite struct BudgetTests {
  /// By hand, after Hamilton: each rounded down, and the rest to the largest remainders, of equal ones to the first.
  @Test(arguments: [
    (10, [1, 1, 1], [4, 3, 3]), (11, [0.3, 0.7], [3, 8]), (5, [1, 0], [5, 0]),
    (0, [2, 3], [0, 0]),
    // 1.5, 1.5, 7: one left, for the first.
    (10, [0.15, 0.15, 0.7], [2, 1, 7]),
    // 25.3, 24.7, 50.0: one left, for the second.
    (100, [25.3, 24.7, 50], [25, 25, 50]),
    // The Alabama paradox, with its seats of 1880's kind: 10 seats by 6 : 6 : 2 are 4.29, 4.29, 1.43.
    (10, [6, 6, 2], [4, 4, 2]), (11, [6, 6, 2], [5, 5, 1]),
    (7, [4], [7]), (3, [0, 0, 1e-300], [0, 0, 3]), (1, [1e300, 1e300], [1, 0]),
  ])
  func `A budget is shared out by the largest remainders`(
    amount: Int, proportions: [Double], expected: [Int]
  ) {
    for budget in [Budget.documents(amount), .tokens(amount), .bytes(amount)] {
      #expect(budget.shared(by: proportions) == expected.map { budget.with(amount: $0) })
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `Shares add up, and none is a whole unit off`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let proportions = (0..<Int.random(in: 1...40, using: &random)).map { index in
      index > 0 && random.next() % 5 == 0 ? 0 : Double.random(in: 0.001...1, using: &random)
    }
    let sum = proportions.reduce(0, +)
    for total in [0, 1, 10, 999_983, 1 << 53 + 1, .max] {
      let amounts = Budget.documents(total).shared(by: proportions).map(\.amount)
      #expect(amounts.reduce(0, +) == total)
      #expect(zip(amounts, proportions).allSatisfy { $0 >= 0 && ($1 > 0 || $0 == 0) })
      guard total < 1 << 50 else { continue }
      for (amount, proportion) in zip(amounts, proportions) {
        #expect(abs(Double(amount) - Double(total) * (proportion / sum)) < 1 + 1e-6)
      }
    }
  }
}
