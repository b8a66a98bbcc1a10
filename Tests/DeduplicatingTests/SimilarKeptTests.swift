import TestSupport
import Testing

@testable import Deduplicating

@Suite struct SimilarKeptTests {
  private static let bandCount = 5

  @Test(arguments: 0..<20)
  func `Kept items that share a band are found, those that share most first`(seed: Int) {
    var generator = SplitMix64(state: UInt64(seed))
    let count = Int.random(in: 0...60, using: &generator)
    let bands = (0..<(count * Self.bandCount)).map { _ in
      UInt32.random(in: 0..<12, using: &generator)
    }
    let leftOut = Set((0..<count).filter { _ in Int.random(in: 0..<8, using: &generator) == 0 })
    var kept = SimilarKept(bands, bandCount: Self.bandCount) { leftOut.contains($0) }
    for _ in 0..<2 {
      var keptItems: [Int] = []
      for item in (0..<count).shuffled(using: &generator) {
        let found = kept.mayBeSimilar(to: item)
        #expect(found == naive(item, keptItems, bands, leftOut))
        if Bool.random(using: &generator) {
          kept.keep(item)
          keptItems.append(item)
        }
      }
      kept.forget()
    }
  }

  private func naive(_ item: Int, _ kept: [Int], _ bands: [UInt32], _ leftOut: Set<Int>) -> [Int] {
    guard !leftOut.contains(item) else { return [] }
    let common = kept.filter { !leftOut.contains($0) }.map { other in
      (
        other,
        (0..<Self.bandCount).count {
          bands[item * Self.bandCount + $0] == bands[other * Self.bandCount + $0]
        }
      )
    }
    return common.filter { $0.1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
  }

  @Test func `A group remembers so many items, and an item is compared with so many`() {
    let count = 2 * SimilarKept.mostKept
    // All share the first band, and the last two share the second one as well.
    var bands = (0..<(2 * count)).map { $0 % 2 == 0 ? 0 : UInt32($0) }
    bands[2 * count - 1] = 7
    bands[2 * count - 3] = 7
    var kept = SimilarKept(bands, bandCount: 2) { _ in false }
    for item in 0..<(count - 1) { kept.keep(item) }
    let found = kept.mayBeSimilar(to: count - 1)
    #expect(found.count == SimilarKept.mostCompared)
    // Item 3 has 7 as its own second band.
    #expect(found.prefix(3) == [3, 0, 1])
  }
}
