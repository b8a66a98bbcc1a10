import Foundation
import TestSupport
import Testing

@testable import Weighting

@Suite struct BucketDistributionTests {
  @Test(arguments: [2, 100, 10_000], [0.001, 1, 50])
  func `Smoothed probabilities sum to 1`(bucketCount: Int, pseudocount: Double) {
    let model = BucketDistribution(randomCounts(bucketCount, seed: 1), pseudocount: pseudocount)
    // Each ln p is within 2⁻⁵² |ln p| < 40 × 2⁻⁵², so each p within 40 × 2⁻⁵² of itself, and 10,000
    // additions add no more than 10,000 × 2⁻⁵³: 1.2e-12 in all.
    #expect(abs(model.logProbabilities.reduce(0) { $0 + exp($1) } - 1) < 2e-12)
  }

  @Test func `Smoothing adds the pseudocount to every bucket`() {
    // (3 + 0.5) / (4 + 0.5 × 3), (1 + 0.5) / 5.5, (0 + 0.5) / 5.5
    let model = BucketDistribution(counts([3, 1, 0]), pseudocount: 0.5)
    for (found, expected) in zip(model.logProbabilities, [7.0 / 11, 3.0 / 11, 1.0 / 11]) {
      #expect(abs(exp(found) - expected) < 1e-15)
    }
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `A sum of log-ratios equals that of plain arithmetic`(seed: UInt64) {
    let bucketCount = 500
    let (target, pool) = (
      randomCounts(bucketCount, seed: seed), randomCounts(bucketCount, seed: ~seed)
    )
    let table = LogRatioTable(
      target: BucketDistribution(target, pseudocount: 1),
      pool: BucketDistribution(pool, pseudocount: 1))
    var random = SplitMix64(state: seed)
    let ids = (0..<1_000).map { _ in UInt32.random(in: 0..<UInt32(bucketCount), using: &random) }
    var found = 0.0
    table.addLogRatios(of: ids.span, to: &found)
    func p(_ counts: FeatureCounts, _ id: UInt32) -> Double {
      (Double(counts.counts[Int(id)]) + 1) / (Double(counts.featureCount) + Double(bucketCount))
    }
    let expected = ids.reduce(0) { $0 + log(p(target, $1) / p(pool, $1)) }
    // 1000 terms below 20: the rounding of each sum and each logarithm is at most 2⁻⁵³ × 20,000.
    #expect(abs(found - expected) < 1_000 * 3 * 20_000 * 0x1p-53)

    var inParts = 0.0
    table.addLogRatios(of: Array(ids[..<333]).span, to: &inParts)
    table.addLogRatios(of: Array(ids[333...]).span, to: &inParts)
    #expect(inParts == found, "a block's end changes no bit")
  }

  @Test func `The divergence equals that of arithmetic by hand`() {
    // p = (4/6, 2/6), q = (1/2, 1/2): 2/3 ln 4/3 + 1/3 ln 2/3
    //   = 2/3 × 0.28768207245178090 − 1/3 × 0.40546510810816438 = 0.05663301226513248
    let (p, q) = (
      BucketDistribution(counts([3, 1]), pseudocount: 1),
      BucketDistribution(counts([1, 1]), pseudocount: 1)
    )
    #expect(abs(p.divergence(from: q) - 0.05663301226513248) < 1e-15)
    // 1/2 ln 3/4 + 1/2 ln 3/2 = (−0.28768207245178090 + 0.40546510810816438) / 2
    #expect(abs(q.divergence(from: p) - 0.05889151782819174) < 1e-15)
  }

  @Test func `A bucket that is empty without smoothing adds nothing`() {
    // p = (1, 0), q = (1/2, 1/2): ln 2
    let (p, q) = (
      BucketDistribution(counts([5, 0]), pseudocount: 0),
      BucketDistribution(counts([2, 2]), pseudocount: 0)
    )
    #expect(abs(p.divergence(from: q) - 0.6931471805599453) < 1e-15)
    #expect(q.divergence(from: p) == .infinity)
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `No divergence is negative, and that of a distribution from itself is zero`(seed: UInt64) {
    let p = BucketDistribution(randomCounts(100, seed: seed), pseudocount: 1)
    #expect(p.divergence(from: p) == 0)
    #expect(
      p.divergence(from: BucketDistribution(randomCounts(100, seed: ~seed), pseudocount: 1)) > 0)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `Merged counts equal those of one run`(seed: UInt64) {
    var (whole, one, other) = (
      randomCounts(50, seed: seed), randomCounts(50, seed: seed), FeatureCounts(bucketCount: 50)
    )
    for _ in 0..<3 {
      whole.add([7, 7, 49].span)
      whole.addDocument(tokenCount: 2)
      other.add([7, 7, 49].span)
      other.addDocument(tokenCount: 2)
    }
    one.merge(other)
    #expect(one == whole)
    #expect(one.documentCount == 3 && one.tokenCount == 6)
  }

  @Test func `Normalization by length divides by the features, if there are any`() {
    #expect(Normalization.length.apply(to: -6, featureCount: 4) == -1.5)
    #expect(Normalization.length.apply(to: 0, featureCount: 0) == 0)
    #expect(Normalization.none.apply(to: -6, featureCount: 4) == -6)
  }

  private func counts(_ counts: [Int]) -> FeatureCounts {
    var result = FeatureCounts(bucketCount: counts.count)
    for (bucket, count) in counts.enumerated() {
      result.add([UInt32](repeating: UInt32(bucket), count: count).span)
    }
    return result
  }

  /// Counts, a few of them large and many of them zero.
  private func randomCounts(_ bucketCount: Int, seed: UInt64) -> FeatureCounts {
    var random = SplitMix64(state: seed)
    return counts(
      (0..<bucketCount).map { _ in max(0, Int(exp(Double.random(in: -3...6, using: &random)))) })
  }
}
