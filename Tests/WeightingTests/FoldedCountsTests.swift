import TestSupport
import Testing

@testable import Weighting

/// A dictionary is the naive twin.
@Suite struct FoldedCountsTests {
  @Test(arguments: 0..<3 as Range<UInt64>)
  func `Buckets come in the order in which they occur first, with their counts`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var counts = FoldedCounts()
    for length in [0, 1, 5, 3000] {
      // A tenth of all ids is in bucket 7, which occurs more than 255 times in the longest.
      let ids = (0..<length).map { _ -> UInt32 in
        let low = UInt32.random(in: 0..<16, using: &random)
        let bucket = UInt32.random(in: 0..<1000, using: &random)
        return (bucket < 100 ? 7 : bucket + 64_536) << 4 | low
      }
      var order: [Int] = []
      var expected: [Int: Int] = [:]
      for id in ids {
        let bucket = Int(id >> 4)
        if expected[bucket] == nil { order.append(bucket) }
        expected[bucket, default: 0] += 1
      }
      let cut = length / 3
      counts.add(Array(ids[..<cut]).span, shift: 4)
      counts.add(Array(ids[cut...]).span, shift: 4)
      #expect(counts.distinctCount == order.count)
      var found: [(bucket: Int, count: Int)] = []
      counts.removeAll { found.append(($0, $1)) }
      #expect(found.map(\.bucket) == order)
      #expect(found.map(\.count) == order.map { min(255, expected[$0] ?? 0) })
      #expect(counts.distinctCount == 0)
    }
  }

  @Test func `All buckets may occur, and those of an earlier document are forgotten`() {
    var counts = FoldedCounts()
    let all = (0..<1 << 16).map { UInt16($0) }
    counts.add(all.span)
    counts.add(all.span)
    counts.removeAll()
    counts.add(all.span)
    #expect(counts.distinctCount == 1 << 16)
    var sum = 0
    counts.removeAll { _, count in sum += count }
    #expect(sum == 1 << 16)
  }
}
