import Resampling
import TestSupport
import Testing

@testable import Pipeline

@Suite struct FillTests {
  /// What strata give that have so many documents, without any copies.
  private func draw(_ shares: Apportionment, _ available: [Int], _ total: Int) -> Fill.Try {
    let amounts = shares.amounts(of: total)
    let open = amounts.indices.filter { amounts[$0] <= available[$0] }
    return Fill.Try(
      count: zip(amounts, available).reduce(0) { $0 + min($1.0, $1.1) },
      openShare: Double(open.reduce(0) { $0 + amounts[$1] }) / Double(total),
      isExhausted: open.isEmpty)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `Just as many come as are wanted, or all that there are`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let count = Int.random(in: 1...12, using: &random)
    let shares = Apportionment(
      counts: (0..<count).map { _ in Int.random(in: 1...(seed % 2 == 0 ? 9 : 5000), using: &random)
      })
    let available = (0..<count).map { _ in Int.random(in: 0...9_000, using: &random) }
    for wanted in [1, 7, 100, 3_000, 20_000, 200_000] {
      var tryCount = 0
      let total = Fill.total(for: wanted) { total in
        tryCount += 1
        return draw(shares, available, total)
      }
      #expect(draw(shares, available, total).count == min(wanted, available.reduce(0, +)))
      #expect(tryCount < 60, "\(tryCount)")
      // The strata that are full take the rest by the same shares, as one divides the whole among them.
      if total < .max / 8 {
        let limited = shares.amounts(of: wanted, limits: available)
        #expect(
          zip(shares.amounts(of: total), available).map { min($0, $1) } == limited)
      }
    }
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
