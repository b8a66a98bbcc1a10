import Files
import Foundation
import TestSupport
import Testing

@testable import Weighting

@Suite struct LogRatioTableTests {
  @Test(arguments: [0.25, 1, 10])
  func `Shrunk log-ratios are ln((c + a) / (E + a))`(prior: Double) {
    // Target: 3 features in 4 buckets. Pool: 12. E = 3 × count / 12.
    let target = counts([2, 1, 0, 0])
    let pool = counts([4, 0, 8, 0])
    let table = LogRatioTable(shrinking: target, pool: pool, prior: prior)
    let expected = [
      log((2 + prior) / (1 + prior)), log((1 + prior) / prior), log(prior / (2 + prior)), 0,
    ]
    // The error is at most half a step.
    for bucket in 0..<4 {
      #expect(abs(table[bucket] - expected[bucket]) <= 1 / 2048.0)
      #expect(table[bucket] == (expected[bucket] * 1024).rounded(.toNearestOrEven) / 1024)
    }
    // Twice the first, plus the third.
    var sum = 1.0
    table.addLogRatios(of: ([0, 2, 0] as [UInt32]).span, to: &sum)
    #expect(sum == 1 + 2 * table[0] + table[2])
  }

  @Test func `Counts of every size give the value of the formula`() {
    let ofPool: [UInt64] = [0, 1, 2, 1022, 1023, 1024, 1025, 65_536, 10_000_000]
    let ofTarget: [UInt64] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 900, 2_000_000]
    let pool = FeatureCounts(counts: ofPool + [0, 7, 5000], documentCount: 1, tokenCount: 1)
    let target = FeatureCounts(counts: ofTarget, documentCount: 1, tokenCount: 1)
    let table = LogRatioTable(shrinking: target, pool: pool, prior: 0.5)
    // Sums of the lists above.
    let scale = 2_000_901 / 10_074_640.0
    #expect(pool.featureCount == 10_074_640 && target.featureCount == 2_000_901)
    for bucket in ofTarget.indices {
      let (t, p) = (Double(target.counts[bucket]), Double(pool.counts[bucket]))
      let expected = log((t + 0.5) / (p * scale + 0.5))
      #expect(table[bucket] == (expected * 1024).rounded(.toNearestOrEven) / 1024)
    }
  }

  @Test func `Empty counts give log-ratios of zero`() {
    let empty = FeatureCounts(bucketCount: 3)
    let table = LogRatioTable(shrinking: empty, pool: empty, prior: 1)
    #expect((0..<3).allSatisfy { table[$0] == 0 })
  }

  @Test(arguments: [1, 15, 16, 17, 4096, 70_000])
  func `All kernels give the same sum as one value at a time`(count: Int) {
    var random = SplitMix64(state: UInt64(count))
    var (target, pool) = (FeatureCounts(bucketCount: 1000), FeatureCounts(bucketCount: 1000))
    for _ in 0..<3000 {
      target.add([UInt32.random(in: 0..<1000, using: &random)].span)
      pool.add([UInt32.random(in: 0..<200, using: &random)].span)
    }
    // The last bucket, at the end of the table's memory, is frequent.
    let ids = (0..<count).map { _ in
      UInt32.random(in: 0..<4, using: &random) == 0
        ? 999 : UInt32.random(in: 0..<1000, using: &random)
    }
    for kernels in Kernels.available {
      let table = LogRatioTable(
        shrinking: target, pool: pool, prior: 1, kernels: kernels)
      var sum = 0.0
      table.addLogRatios(of: ids.span, to: &sum)
      #expect(sum == ids.reduce(0.0) { $0 + table[Int($1)] })
    }
  }

  @Test func `Log-ratios are limited to 32`() {
    // 10¹⁵ occurrences in the target instead of an expected 10⁻³: ln 10¹⁸ = 41.4. The other bucket
    // is the reverse.
    let target = FeatureCounts(counts: [1_000_000_000_000_000, 1], documentCount: 1, tokenCount: 1)
    let pool = FeatureCounts(counts: [1, 1_000_000_000_000_000], documentCount: 1, tokenCount: 1)
    let table = LogRatioTable(shrinking: target, pool: pool, prior: 0.001)
    #expect(table[0] == 32767 / 1024.0 && table[1] == -32)
  }

  @Test func `A target drawn from the pool itself gives log-ratios of zero`() {
    let pool = counts([40, 8, 4, 400])
    let table = LogRatioTable(shrinking: counts([10, 2, 1, 100]), pool: pool, prior: 1)
    for bucket in 0..<4 { #expect(abs(table[bucket]) < 1e-6) }
  }

  @Test func `Smoothed probabilities sum to 1`() {
    for pseudocount in [0.0, 0.1, 1, 7] {
      let model = BucketDistribution(counts([5, 0, 3, 1000, 0]), pseudocount: pseudocount)
      let sum = model.logProbabilities.reduce(0) { $0 + exp($1) }
      #expect(abs(sum - 1) < 1e-12)
    }
  }

  @Test func `Normalizations divide by 1, the root, and the number of features`() {
    #expect(Normalization.none.apply(to: -12, featureCount: 16) == -12)
    #expect(Normalization.sqrt.apply(to: -12, featureCount: 16) == -3)
    #expect(Normalization.length.apply(to: -12, featureCount: 16) == -0.75)
    for kind in [Normalization.sqrt, .length] { #expect(kind.apply(to: 0, featureCount: 0) == 0) }
  }

  private func counts(_ counts: [Int]) -> FeatureCounts {
    var result = FeatureCounts(bucketCount: counts.count)
    for (bucket, count) in counts.enumerated() {
      result.add([UInt32](repeating: UInt32(bucket), count: count).span)
    }
    return result
  }
}
