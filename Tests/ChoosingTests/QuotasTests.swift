import Choosing
import TestSupport
import Testing

@Suite struct QuotasTests {
  /// 10 documents for 4 slices: ⌊10 · 1 / 4⌋ = 2, then 5 − 2 = 3, 7 − 5 = 2, 10 − 7 = 3.
  @Test func `Equal quotas differ by one at most, and sum to the budget`() {
    #expect(Quotas.equal(10, sliceCount: 4) == [2, 3, 2, 3])
    #expect(Quotas.equal(0, sliceCount: 2) == [0, 0])
    #expect(Quotas.equal(.max, sliceCount: 4).reduce(0, +) == .max)
  }

  /// Quotas would be 2, 3, 2, 3. The second slice lacks 2, which the others, with 8, 0 and 4
  /// documents to spare, share as ⌊2 · 8 / 12⌋ = 1, then 0, then 2 − 1 = 1.
  @Test func `What a small slice lacks goes to slices with documents to spare`() {
    #expect(Quotas.limited(10, by: [10, 1, 2, 7]) == [3, 1, 2, 4])
  }

  @Test(arguments: 0..<200) func `Limited quotas fit their slices and sum to the count`(
    seed: UInt64
  ) {
    var state = seed
    func next(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let sizes = (0..<(1 + next(12))).map { _ in next(20) }
    let count = next(sizes.reduce(0, +) + 1)
    let quotas = Quotas.limited(count, by: sizes)
    #expect(quotas.reduce(0, +) == count)
    #expect(zip(quotas, sizes).allSatisfy { $0 <= $1 && $0 >= 0 })
  }

  @Test func `Limited quotas match the oracle's`() throws {
    let entries = try JSON(Fixtures.read("golden/method/sets-core.json")).quotas.elements
    try #require(entries.count >= 20)
    for entry in entries {
      let count = try #require(entry.budget.int)
      #expect(
        Quotas.limited(count, by: entry.sizes.elements.compactMap(\.int))
          == entry.quotas.elements.compactMap(\.int))
    }
  }
}
