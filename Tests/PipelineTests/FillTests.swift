import TestSupport
import Testing

@testable import Pipeline

@Suite struct FillTests {
  /// By hand.
  @Test(arguments: [
    (10, [0.3, 0.7], [100, 100], [3, 7]), (10, [0.3, 0.7], [100, 4], [6, 4]),
    (10, [0.3, 0.7], [2, 4], [2, 4]), (0, [1, 1], [5, 5], [0, 0]), (5, [1, 0], [3, 9], [3, 0]),
    // 40, 40, 20, of which the second has 10; of the 30 left, 20 and 10.
    (100, [0.4, 0.4, 0.2], [90, 10, 90], [60, 10, 30]),
    // 34, 33, 33; the first two have 5 and 20: of the 42 left the third takes all that it has.
    (100, [1, 1, 1], [5, 20, 60], [5, 20, 60]),
  ])
  func `What one hasn't the others give, by their shares`(
    total: Int, shares: [Double], available: [Int], expected: [Int]
  ) {
    #expect(Fill.amounts(total: total, shares: shares, available: available) == expected)
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `Nobody gives more than there is, and all that can be is given`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let count = Int.random(in: 1...12, using: &random)
    let shares = (0..<count).map { _ in Double.random(in: 0.01...1, using: &random) }
    let available = (0..<count).map { _ in Int.random(in: 0...90, using: &random) }
    for total in [0, 1, 7, 100, 1_000, 100_000] {
      let amounts = Fill.amounts(total: total, shares: shares, available: available)
      #expect(zip(amounts, available).allSatisfy { $0 >= 0 && $0 <= $1 })
      #expect(amounts.reduce(0, +) == min(total, available.reduce(0, +)))
      // Where something is left, more of a share is more of the draw, but for a unit a round.
      for one in 0..<count where amounts[one] < available[one] {
        for other in 0..<count where shares[other] <= shares[one] {
          #expect(amounts[other] <= amounts[one] + count)
        }
      }
    }
  }

  @Test func `Epochs ask for what they miss, in proportion`() {
    let alike = Fill.amounts(
      total: 10, shares: [0.5, 0.5], available: [3, 4], epochCount: 2, areEpochsDisjoint: false)
    // 3 are missed: 2 of them of the first.
    #expect(alike == [[5, 5], [5, 5]])
    let disjoint = Fill.amounts(
      total: 10, shares: [0.5, 0.5], available: [3, 14], epochCount: 2, areEpochsDisjoint: true)
    // 3 and 7; then none and 7, and 3 missed.
    #expect(disjoint == [[3, 2], [7, 8]])
  }

  @Test(arguments: [0, 1, .max] as [UInt64])
  func `Epochs have seeds of their own, the first the given one`(seed: UInt64) {
    let seeds = DrawRecipe.seeds(seed, count: 10_000)
    #expect(seeds[0] == seed)
    #expect(Set(seeds).count == 10_000)
    #expect(seeds.dropFirst().allSatisfy { $0 < 1 << 53 })
    #expect(DrawRecipe.seeds(seed, count: 3) == Array(seeds.prefix(3)))
  }
}
