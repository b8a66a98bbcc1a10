import Foundation
import TestSupport
import Testing

@testable import Weighting

@Suite struct WeightHistogramTests {
  private static func weights(seed: UInt64, spread: Double, count: Int = 60_000) -> [Double] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in
      let sum = (0..<6).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &random) }
      return spread * sum
    }
  }

  private static func histogram(_ weights: [Double]) -> WeightHistogram {
    var result = WeightHistogram()
    for weight in weights { result.add(weight) }
    return result
  }

  @Test(arguments: [1e-3, 1, 400, 1e5])
  func `The largest weights are separated from the others, for any order and parts`(spread: Double)
  {
    let weights = Self.weights(seed: 3, spread: spread)
    var random = SplitMix64(state: 4)
    let shuffled = weights.shuffled(using: &random)
    var merged = Self.histogram(Array(shuffled[..<20_000]))
    merged.merge(Self.histogram(Array(shuffled[20_000...])))
    let whole = Self.histogram(weights)
    let sorted = weights.sorted(by: >)
    for size in [1, 600, 30_000] {
      let (top, same) = (whole.top(size), merged.top(size))
      // All above the border's bin are included, and none below it: each of the 2¹⁵ bins holds few
      // documents.
      let members = weights.reduce(0.0) { $0 + top.contains($1) }
      #expect(abs(members - Double(size)) < 1e-6 * Double(size))
      let wrong = sorted[..<size].reduce(0.0) { $0 + 1 - top.contains($1) }
      #expect(wrong <= 40, "\(wrong) of \(size)")
      for weight in weights { #expect(top.contains(weight) == same.contains(weight)) }
    }
  }

  @Test(arguments: [1e-4, 0.01, 1, 5000], [0, 100, 50_000])
  func `Bins are the narrowest that the limit allows`(spread: Double, negativeCount: Int) {
    var weights = Self.weights(seed: 8, spread: spread, count: 90_000)
    for index in 0..<negativeCount { weights[index] = -abs(weights[index]) }
    let whole = Self.histogram(weights)
    // The naive way: halve from 2⁻²⁴ on until there are 2¹⁵ different ones.
    var width = 0x1p-24
    var bins: [Double: Int] = [:]
    repeat {
      bins = Dictionary(grouping: weights, by: { ($0 / width).rounded(.down) }).mapValues(\.count)
      if bins.count > 1 << 15 { width *= 2 }
    } while bins.count > 1 << 15
    for size in [1, 1000, 45_000, 89_999, 90_000] {
      var left = size
      var last = 0.0
      for (bin, count) in bins.sorted(by: { $0.key > $1.key }) where left > 0 {
        (last, left) = (bin, left - count)
      }
      let share = Double(bins[last]! + left) / Double(bins[last]!)
      let top = whole.top(size)
      #expect(abs(top.contains((last + 0.5) * width) - share) < 1e-15)
      #expect(top.contains((last + 1.5) * width) == 1)
      #expect(top.contains((last - 0.5) * width) == 0)
    }
  }

  @Test(arguments: [2.0, 100, 6000])
  func `The temperature gives the effective sample size`(goal: Double) {
    let weights = Self.weights(seed: 5, spread: 80)
    let temperature = Self.histogram(weights).temperature(for: .effectiveSampleSize(goal))
    let largest = weights.max()!
    let scaled = weights.map { exp(($0 - largest) / temperature) }
    let sum = scaled.reduce(0, +)
    let size = sum * sum / scaled.reduce(0) { $0 + $1 * $1 }
    // Bins of 2⁻⁶ nats are narrow compared with temperatures of 5 and more.
    #expect(abs(size - goal) < 0.01 * goal, "\(size)")
  }

  @Test(arguments: [0.2, 0.5, 0.9])
  func `The temperature gives the overlap with top-k of an actual draw`(goal: Double) {
    let weights = Self.weights(seed: 6, spread: 80, count: 20_000)
    let draw = 2_000
    let temperature = Self.histogram(weights).temperature(for: .overlap(goal, draw: draw))
    let threshold = weights.sorted(by: >)[draw]
    var random = SplitMix64(state: 9)
    var overlap = 0.0
    for _ in 0..<8 {
      let keys = weights.map { weight in
        let uniform = Double.random(in: Double.leastNormalMagnitude..<1, using: &random)
        return (key: weight / temperature - log(-log(uniform)), weight: weight)
      }
      let drawn = keys.sorted { $0.key > $1.key }.prefix(draw)
      overlap += Double(drawn.count { $0.weight > threshold }) / Double(8 * draw)
    }
    // The standard error of a share of 16,000 is at most 0.004.
    #expect(abs(overlap - goal) < 0.015, "\(overlap)")
  }

  @Test func `Equal weights have no temperature`() {
    #expect(Self.histogram([3, 3, 3]).temperature(for: .effectiveSampleSize(2)) == 1)
    #expect(WeightHistogram().temperature(for: .overlap(0.5, draw: 1)) == 1)
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `The correlation is Pearson's, in any order and any parts`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let pairs = (0..<5_000).map { _ in
      let length = Int.random(in: 1...5_000, using: &random)
      return (-2.5 * Double(length) + Double.random(in: -9000...9000, using: &random), length)
    }
    let n = Double(pairs.count)
    let means = (
      pairs.reduce(0) { $0 + $1.0 } / n, pairs.reduce(0) { $0 + Double($1.1) } / n
    )
    var (products, one, other) = (0.0, 0.0, 0.0)
    for (weight, length) in pairs {
      let (x, y) = (weight - means.0, Double(length) - means.1)
      products += x * y
      one += x * x
      other += y * y
    }
    var parts = [WeightLengthCorrelation(), WeightLengthCorrelation()]
    for (weight, length) in pairs {
      parts[Bool.random(using: &random) ? 1 : 0].add(logWeight: weight, length: length)
    }
    parts[0].merge(parts[1])
    let expected = products / (one * other).squareRoot()
    #expect(abs(parts[0].value! - expected) < 1e-6)
    var constant = WeightLengthCorrelation()
    constant.add(logWeight: 1, length: 5)
    constant.add(logWeight: 2, length: 5)
    #expect(constant.value == nil && WeightLengthCorrelation().value == nil)
  }

  @Test(arguments: [10_000, 10_001, 65_536, 1 << 20, 1_000_003, 1 << 24])
  func `Features are folded like counts`(bucketCount: Int) {
    var random = SplitMix64(state: UInt64(bucketCount))
    let ids = (0..<5000).map { _ in UInt32.random(in: 0..<UInt32(bucketCount), using: &random) }
    var fine = FeatureCounts(bucketCount: bucketCount)
    fine.add(ids.span)
    var direct = Divergence.emptyCounts(bucketCount: bucketCount)
    direct.add(ids.span, of: bucketCount)
    var expected = [UInt64](repeating: 0, count: 10_000)
    for id in ids { expected[Int(id) * 10_000 / bucketCount] += 1 }
    for bucket in expected.indices where direct.counts[bucket] != expected[bucket] {
      Issue.record("bucket \(bucket): \(direct.counts[bucket]), not \(expected[bucket])")
    }
    let folded = fine.folded(to: Divergence.bucketCount)
    #expect(folded.counts.elementsEqual(expected))
  }

  @Test func `Divergences are computed in 10,000 buckets`() throws {
    // Buckets b of 2²⁰ fold to ⌊b × 10,000 / 2²⁰⌋: 104 and 105 fold to 0 and 1.
    var fine = FeatureCounts(bucketCount: 1 << 20)
    fine.add(([0, 104, 105, 105] as [UInt32]).span)
    var direct = Divergence.emptyCounts(bucketCount: 1 << 20)
    direct.add(([0, 104, 105, 105] as [UInt32]).span, of: 1 << 20)
    let folded = fine.folded(to: Divergence.bucketCount)
    #expect(folded == direct && Array(folded.counts[..<3]) == [2, 2, 0])
    var other = FeatureCounts(bucketCount: 10_000)
    other.add(([0, 1, 1, 1] as [UInt32]).span)
    // ½ ln(½ / ¼) + ½ ln(½ / ¾).
    let found = try #require(Divergence.between(fine, other))
    #expect(abs(found - 0.5 * log(2) - 0.5 * log(2.0 / 3)) < 1e-8)
    #expect(Divergence.between(fine, FeatureCounts(bucketCount: 10_000)) == nil)
    #expect(Divergence.emptyCounts(bucketCount: 500).bucketCount == 500)
  }
}
