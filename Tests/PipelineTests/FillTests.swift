import Resampling
import TestSupport
import Testing

@testable import Pipeline

@Suite struct FillTests {
  /// The result for strata with these numbers of documents, without any copies.
  private func draw(_ shares: Apportionment, _ available: [Int], _ total: Int) -> Fill.Try {
    let amounts = shares.amounts(of: total)
    let open = amounts.indices.filter { amounts[$0] <= available[$0] }
    return Fill.Try(
      count: zip(amounts, available).reduce(0) { $0 + min($1.0, $1.1) },
      openShare: Double(open.reduce(0) { $0 + amounts[$1] }) / Double(total),
      isExhausted: open.isEmpty)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `The requested number of documents is drawn, or all of them`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let count = Int.random(in: 1...12, using: &random)
    let counts = (0..<count).map { _ in
      Int.random(in: 1...(seed % 2 == 0 ? 9 : 5000), using: &random)
    }
    let shares = Apportionment(counts: counts)
    let available = (0..<count).map { _ in Int.random(in: 0...9_000, using: &random) }
    for wanted in [1, 7, 100, 3_000, 20_000, 200_000] {
      var tryCount = 0
      let total = Fill.total(for: wanted) { total in
        tryCount += 1
        return draw(shares, available, total)
      }
      #expect(draw(shares, available, total).count == min(wanted, available.reduce(0, +)))
      #expect(tryCount < 60, "\(tryCount)")
      // Full strata leave the rest to the others by the same shares. Dividing the whole among them
      // gives the same amounts.
      if total < .max / 8 {
        let limited = amounts(of: wanted, by: counts, limits: available)
        #expect(
          zip(shares.amounts(of: total), available).map { min($0, $1) } == limited)
      }
    }
  }

  /// The parts of a total, where no part exceeds its limit.
  ///
  /// A part that can't take its share is full, and the others divide the rest in the same way.
  private func amounts(of total: Int, by counts: [Int], limits: [Int]) -> [Int] {
    var amounts = counts.map { _ in 0 }
    var open = Array(counts.indices)
    var left = total
    while !open.isEmpty {
      let offers = Apportionment(counts: open.map { counts[$0] }).amounts(of: left)
      let full = zip(open, offers).filter { $0.1 >= limits[$0.0] }.map(\.0)
      guard !full.isEmpty else {
        for (part, offer) in zip(open, offers) { amounts[part] = offer }
        break
      }
      for part in full {
        amounts[part] = limits[part]
        left -= limits[part]
      }
      open.removeAll { full.contains($0) }
    }
    return amounts
  }

  /// Expected values by hand.
  @Test(arguments: [
    (10, [0.3, 0.7], [100, 100], [3, 7]), (10, [0.3, 0.7], [100, 4], [6, 4]),
    (10, [0.3, 0.7], [2, 4], [2, 4]), (0, [1, 1], [5, 5], [0, 0]),
    // 40, 40, 20, but the second has only 10; the others share 90 by 4 : 2.
    (100, [0.4, 0.4, 0.2], [90, 10, 90], [60, 10, 30]),
    // 34, 33, 33, but the first two have only 5 and 20; the third gives all of its 60.
    (100, [1, 1, 1], [5, 20, 60], [5, 20, 60]), (3, [1, 1], [.max, 0], [3, 0]),
    // Eight tenths of 10 are 8, but there are only 2. The rest of 8 is shared by 1 : 1, and the
    // last part has only 3.
    (10, [0.1, 0.8, 0.1], [9, 2, 3], [5, 2, 3]),
  ])
  func `A part that is full leaves the rest to the others`(
    wanted: Int, shares: [Double], available: [Int], expected: [Int]
  ) {
    let shares = Apportionment(shares: shares)
    let total = Fill.total(for: wanted) { draw(shares, available, $0) }
    #expect(zip(shares.amounts(of: total), available).map { min($0, $1) } == expected)
  }

  @Test(arguments: [0, 1, .max] as [UInt64])
  func `Epochs have their own seeds, the first the given one`(seed: UInt64) {
    let seeds = DrawRecipe.seeds(seed, count: 10_000)
    #expect(seeds[0] == seed)
    #expect(Set(seeds).count == 10_000)
    #expect(seeds.dropFirst().allSatisfy { $0 < 1 << 53 })
    #expect(DrawRecipe.seeds(seed, count: 3) == Array(seeds.prefix(3)))
  }
}
