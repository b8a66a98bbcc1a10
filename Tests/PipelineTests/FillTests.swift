import Resampling
import TestSupport
import Testing

@testable import Pipeline

@Suite struct FillTests {
  private func fill(
    _ total: Int, _ available: [Int], epochCount: Int, areEpochsDisjoint: Bool
  ) -> Fill {
    Fill(
      total: total, shares: Apportionment(counts: available.map { _ in 1 }), available: available,
      epochCount: epochCount, areEpochsDisjoint: areEpochsDisjoint)
  }

  @Test func `Epochs ask for what they miss, in proportion`() {
    let alike = fill(10, [3, 4], epochCount: 2, areEpochsDisjoint: false)
    // 3 are missed: 2 of them of the first.
    #expect(alike.given == [[3, 3], [4, 4]])
    #expect(alike.asked == [[5, 5], [5, 5]])
    let disjoint = fill(10, [3, 14], epochCount: 2, areEpochsDisjoint: true)
    // 3 and 7; then none and 7, and 3 missed.
    #expect(disjoint.given == [[3, 0], [7, 7]])
    #expect(disjoint.asked == [[3, 2], [7, 8]])
  }

  @Test func `A stratum whose texts others drew gives what it gave, and the others more`() {
    var alike = fill(10, [9, 9, 9], epochCount: 1, areEpochsDisjoint: false)
    #expect(alike.given == [[4], [3], [3]])
    // The first gave 1 of its 4: the other 9 are shared by the others.
    let isLess = alike.limit(to: [[1], [3], [3]])
    #expect(isLess && alike.given == [[1], [5], [4]])
    let isLessAgain = alike.limit(to: [[1], [5], [4]])
    #expect(!isLessAgain)
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
