import TestSupport
import Testing

@testable import Weighting

/// The counter holds 16 bits per bucket and carries the rest; ``FeatureCounts`` is its naive twin.
@Suite struct FeatureCounterTests {
  /// Counts bucket 3 of 8 `count` times, in blocks of `block`, with one of bucket 0 per block.
  private func count(_ count: Int, block: Int) -> (FeatureCounts, blocks: Int) {
    var counter = FeatureCounter(bucketCount: 8)
    var (left, blocks) = (count, 0)
    while left > 0 {
      let size = min(block, left)
      counter.add(([0] + Array(repeating: 3, count: size) as [UInt32]).span)
      left -= size
      blocks += 1
    }
    counter.addDocument(tokenCount: count)
    var counts = FeatureCounts(bucketCount: 8)
    counter.add(to: &counts)
    return (counts, blocks)
  }

  @Test(
    arguments: [1, 65_534, 65_535, 65_536, 65_537, 70_000, 131_071, 131_072, 131_073, 300_000],
    [7, 4096, 1 << 20])
  func `A bucket is counted exactly beyond 16 bits`(times: Int, block: Int) {
    let (counts, blocks) = count(times, block: block)
    #expect(counts.counts == [UInt64(blocks), 0, 0, UInt64(times), 0, 0, 0, 0])
    #expect(counts.documentCount == 1 && counts.tokenCount == times)
  }

  @Test func `A count that runs over twice in one block is carried twice`() {
    var counter = FeatureCounter(bucketCount: 2)
    counter.add([UInt32](repeating: 1, count: 3 << 16).span)
    var counts = FeatureCounts(bucketCount: 2)
    counter.add(to: &counts)
    #expect(counts.counts == [0, 196_608])
  }

  @Test func `Several buckets that run over don't disturb one another`() {
    var counter = FeatureCounter(bucketCount: 4)
    // Bucket 0 comes 70,000 times, bucket 1 140,000 times, bucket 3 once.
    for _ in 0..<70 {
      counter.add((0..<3000).map { $0 % 3 == 0 ? 0 : 1 as UInt32 }.span)
    }
    counter.add(([3] as [UInt32]).span)
    var counts = FeatureCounts(bucketCount: 4)
    counter.add(to: &counts)
    #expect(counts.counts == [70_000, 140_000, 0, 1])
  }

  @Test func `Counts of several counters add up, carries and all`() {
    var counts = FeatureCounts(bucketCount: 2)
    for times in [65_535, 65_536, 2] {
      var counter = FeatureCounter(bucketCount: 2)
      counter.add([UInt32](repeating: 0, count: times).span)
      counter.addDocument(tokenCount: times)
      counter.add(to: &counts)
    }
    #expect(counts.counts == [131_073, 0])
    #expect(counts.documentCount == 3 && counts.tokenCount == 131_073)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `Random features are counted as the plain table counts them`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var (counter, plain) = (FeatureCounter(bucketCount: 100), FeatureCounts(bucketCount: 100))
    for _ in 0..<200 {
      // A few buckets come often enough to run over: a quarter of 200 × 2,000 is 100,000.
      let ids = (0..<2000).map { _ in
        Bool.random(using: &random)
          ? UInt32.random(in: 0..<2, using: &random) : UInt32.random(in: 0..<100, using: &random)
      }
      counter.add(ids.span)
      counter.addDocument(tokenCount: 2000)
      plain.add(ids.span)
      plain.addDocument(tokenCount: 2000)
    }
    var counts = FeatureCounts(bucketCount: 100)
    counter.add(to: &counts)
    #expect(counts == plain)
    #expect(counts.counts[0] > 65_536 && counts.counts[1] > 65_536)
  }
}
