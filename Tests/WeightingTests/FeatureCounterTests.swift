import TestSupport
import Testing

@testable import Weighting

/// The counter holds 16 bits per bucket and carries the rest; ``FeatureCounts`` is its naive twin.
@Suite struct FeatureCounterTests {
  /// The counts of one counter, where each block is a document.
  private func counted(_ blocks: [[UInt32]], bucketCount: Int) -> FeatureCounts {
    FeatureCounts([finished(blocks, bucketCount: bucketCount)], bucketCount: bucketCount)
  }

  private func finished(_ blocks: [[UInt32]], bucketCount: Int) -> FinishedCounter {
    var counter = FeatureCounter(bucketCount: bucketCount)
    for block in blocks {
      counter.add(block.span)
      counter.addDocument(tokenCount: block.count)
    }
    return FinishedCounter(counter)
  }

  @Test(
    arguments: [1, 65_534, 65_535, 65_536, 65_537, 70_000, 131_071, 131_072, 131_073, 300_000],
    [7, 4096, 1 << 20])
  func `A bucket is counted exactly beyond 16 bits`(times: Int, size: Int) {
    // Bucket 0 occurs once per block.
    let blocks = stride(from: 0, to: times, by: size).map { start in
      [0] + [UInt32](repeating: 3, count: min(size, times - start))
    }
    let counts = counted(blocks, bucketCount: 5)
    #expect(counts.counts == [UInt64(blocks.count), 0, 0, UInt64(times), 0])
    #expect(counts.documentCount == blocks.count)
    #expect(counts.tokenCount == blocks.count + times)
  }

  @Test func `A count that overflows several times in one block is carried each time`() {
    let block = [UInt32](repeating: 1, count: 3 << 16)
    #expect(counted([block], bucketCount: 2).counts == [0, 196_608])
  }

  @Test func `Several buckets that overflow don't affect one another`() {
    // Bucket 0 occurs 70,000 times, bucket 1 140,000 times, bucket 3 once.
    let block = (0..<3000).map { UInt32($0 % 3 == 0 ? 0 : 1) }
    let blocks = Array(repeating: block, count: 70) + [[3]]
    #expect(counted(blocks, bucketCount: 4).counts == [70_000, 140_000, 0, 1])
  }

  @Test func `Counts of several counters add up, with their carries`() {
    let counters = [65_535, 65_536, 2].map { times in
      finished([Array(repeating: 0, count: times)], bucketCount: 2)
    }
    let counts = FeatureCounts(counters, bucketCount: 2)
    #expect(counts.counts == [131_073, 0])
    #expect(counts.documentCount == 3 && counts.tokenCount == 131_073)
  }

  @Test(arguments: [0, 1, 3])
  func `Finished counters are added up, with their carries`(counterCount: Int) {
    // More buckets than are added up at once: 8192. Bucket 19,999 overflows in each counter.
    let finished = (0..<counterCount).map { number in
      var counter = FeatureCounter(bucketCount: 20_000)
      counter.add([UInt32(number), 8191, 8192].span)
      counter.add([UInt32](repeating: 19_999, count: 65_537).span)
      counter.addDocument(tokenCount: 10)
      return FinishedCounter(counter)
    }
    let counts = FeatureCounts(finished, bucketCount: 20_000)
    var expected = [UInt64](repeating: 0, count: 20_000)
    for number in 0..<counterCount { expected[number] = 1 }
    for bucket in [8191, 8192] { expected[bucket] = UInt64(counterCount) }
    expected[19_999] = UInt64(65_537 * counterCount)
    #expect(counts.counts == expected)
    #expect(counts.documentCount == counterCount && counts.tokenCount == 10 * counterCount)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `Random features are counted as by the plain table`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    // Buckets 0 and 1 overflow: each has a quarter of 200 × 2,000.
    let blocks = (0..<200).map { _ in
      (0..<2000).map { _ in
        UInt32.random(in: 0..<(Bool.random(using: &random) ? 2 : 100), using: &random)
      }
    }
    var plain = FeatureCounts(bucketCount: 100)
    for block in blocks {
      plain.add(block.span)
      plain.addDocument(tokenCount: block.count)
    }
    #expect(counted(blocks, bucketCount: 100) == plain)
    #expect(plain.counts[0] > 65_536 && plain.counts[1] > 65_536)
  }
}
