import TestSupport
import Testing

@testable import Weighting

@Suite struct BucketLoadTests {
  @Test(
    arguments: [(1000, 100), (1000, 1000), (1000, 3000), (65536, 40000)], 0..<3 as Range<UInt64>)
  func `The number of different n-grams is estimated from the empty buckets`(
    sizes: (buckets: Int, ngrams: Int), seed: UInt64
  ) {
    var random = SplitMix64(state: seed)
    var counts = [
      FeatureCounts(bucketCount: sizes.buckets), FeatureCounts(bucketCount: sizes.buckets),
    ]
    for ngram in 0..<sizes.ngrams {
      counts[ngram % 2].add([UInt32.random(in: 0..<UInt32(sizes.buckets), using: &random)].span)
    }
    let load = BucketLoad(counts[0], counts[1])
    // Linear counting has the variance B (eᵗ − t − 1) for a load of t (Whang et al. 1990). The
    // bound is five standard errors.
    let buckets = Double(sizes.buckets)
    let t = Double(sizes.ngrams) / buckets
    let error = 5 * (buckets * (exponential(t) - t - 1)).squareRoot()
    #expect(abs(load.ngramCount - Double(sizes.ngrams)) < error + 1)
    #expect(!load.isFull)
  }

  @Test func `Full buckets give only a lower bound`() {
    var counts = FeatureCounts(bucketCount: 4)
    counts.add([0, 1, 2, 3].span)
    let load = BucketLoad(counts, FeatureCounts(bucketCount: 4))
    #expect(load.isFull)
    // −4 ln(½ / 4) = 4 ln 8
    #expect(abs(load.ngramCount - 4 * 2.0794415416798357) < 1e-12)
    #expect(abs(load.ngramsPerFilledBucket - 2.0794415416798357) < 1e-12)
  }

  /// eᵗ by its series.
  private func exponential(_ t: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for n in 1..<60 {
      term *= t / Double(n)
      sum += term
    }
    return sum
  }
}
