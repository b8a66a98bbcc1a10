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
    for bucket in 0..<4 { #expect(abs(table[bucket] - expected[bucket]) < 1e-6) }
    // 2 × the first + the third, summed in a table of floats.
    var sum = 1.0
    table.addLogRatios(of: ([0, 2, 0] as [UInt32]).span, to: &sum)
    #expect(abs(sum - (1 + 2 * expected[0] + expected[2])) < 1e-5)
  }

  @Test func `A target drawn from the pool itself says nothing`() {
    let pool = counts([40, 8, 4, 400])
    let table = LogRatioTable(shrinking: counts([10, 2, 1, 100]), pool: pool, prior: 1)
    for bucket in 0..<4 { #expect(abs(table[bucket]) < 1e-6) }
  }

  @Test func `Smoothed probabilities sum to 1`() {
    for pseudocount in [0.0, 0.1, 1, 7] {
      let model = Model(counts([5, 0, 3, 1000, 0]), pseudocount: pseudocount)
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
