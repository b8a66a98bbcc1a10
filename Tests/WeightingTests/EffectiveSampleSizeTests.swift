import Foundation
import TestSupport
import Testing

@testable import Weighting

@Suite struct ExponentialSumsTests {
  private static let spreads = [0.1, 1, 30, 700, 1e4, 1e6]

  @Test(arguments: spreads, 0..<4 as Range<UInt64>)
  func `The sum equals that of plain arithmetic`(spread: Double, seed: UInt64) {
    let terms = randomTerms(spread, seed: seed)
    let largest = terms.max()!
    let expected = largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    #expect(abs(logSum(terms).logOfSum - expected) <= 1e-12 * max(1, abs(expected)))
  }

  @Test(arguments: spreads, 0..<4 as Range<UInt64>)
  func `Order and merging change no bit`(spread: Double, seed: UInt64) {
    let terms = randomTerms(spread, seed: seed)
    let expected = (logSum(terms).logOfSum, effectiveSampleSize(terms).value)
    var random = SplitMix64(state: ~seed)
    let orders = [terms.sorted(), terms.sorted(by: >), terms.shuffled(using: &random)]
    for order in orders {
      #expect(logSum(order).logOfSum == expected.0)
      #expect(effectiveSampleSize(order).value == expected.1)
      for cut in [0, 1, 500, order.count - 1] {
        var merged = logSum(Array(order[cut...]))
        merged.merge(logSum(Array(order[..<cut])))
        #expect(merged.logOfSum == expected.0)
        var size = effectiveSampleSize(Array(order[cut...]))
        size.merge(effectiveSampleSize(Array(order[..<cut])))
        #expect(size.value == expected.1)
      }
    }
  }

  @Test func `A term too small to matter makes no difference in any order`() {
    // 2⁰ + 2⁻⁵³ is halfway between two doubles. 2⁻⁹⁷ would round it up if it were kept.
    let ln2 = 0.6931471805599453
    let terms = [0, -53 * ln2, -97 * ln2]
    let sums = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map { order in
      logSum(order.map { terms[$0] }).logOfSum
    }
    #expect(Set(sums).count == 1, "\(sums)")
  }

  @Test(arguments: [0.1, 1, 10], 0..<4 as Range<UInt64>)
  func `The effective sample size equals that of plain arithmetic`(spread: Double, seed: UInt64) {
    let weights = randomTerms(spread, seed: seed).map { exp($0) }
    let sum = weights.reduce(0, +)
    let expected = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    let found = effectiveSampleSize(weights.map { log($0) }).value
    // A log weight below 10 has an error below 2⁻⁴⁹. Its exponential has the same relative error,
    // and so has each sum: 4 × 2⁻⁴⁹ = 7e-15. The 1000 additions of plain arithmetic add 1000 × 2⁻⁵³
    // = 1e-13.
    #expect(abs(found / expected - 1) < 1e-12)
  }

  static let sizes = [
    0, .leastNonzeroMagnitude, 0.1, 700, 1e6, 1e15, 9_223_372_036_854_775_808, 1e300,
    .greatestFiniteMagnitude,
  ]

  @Test(arguments: sizes, [1, -1])
  func `Equal weights have exactly their number as size, however large they are`(
    size: Double, sign: Double
  ) {
    #expect(effectiveSampleSize(Array(repeating: sign * size, count: 997)).value == 997)
  }

  /// Computed with Python's `decimal` at 60 digits: (Σ eˣ)² / Σ e²ˣ.
  static let known: [(logWeights: [Double], size: Double)] = [
    ([0, -1], 1.6480542736638855), ([0, -1, -2], 1.9586986534143886),
    ([0.3, -0.7, 12.25, 11.5], 1.7724109455440118),
    ([1e15, 1e15 - 1, 1e15 - 2], 1.9586986534143886), ([-1e6 + 0.25, -1e6], 1.9695436291402146),
    ([0x1p52, 0x1p52 - 0.5], 1.886818883970074), ([0x1p60, 0x1p60 - 256], 1),
    ((0..<60).map { Double($0) }, 2.163953413738653),
    ((0..<100).map { 0.1 * Double($0) }, 20.01484646179186),
    ([1e308, -1e308], 1), ([.leastNonzeroMagnitude, 0], 2), ([1e308, 1e308, 0, -1e308], 2),
  ]

  @Test(arguments: known)
  func `The effective sample size is accurate at any magnitude`(
    logWeights: [Double], size: Double
  ) {
    let found = effectiveSampleSize(logWeights).value
    #expect(abs(found / size - 1) < 1e-14, "\(found)")
    #expect(effectiveSampleSize(logWeights.reversed()).value == found)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `The effective sample size is never below 1 or above the number`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let weights = (0..<100).map { _ in 1e9 + Double.random(in: 0...1e-7, using: &random) }
    #expect((99.999...100).contains(effectiveSampleSize(weights).value))
    #expect(effectiveSampleSize([0] + weights.map { -$0 }).value == 1)
  }

  @Test func `Without terms the sum is minus infinity and the size zero`() {
    #expect(ExponentialSums().logOfSum == -.infinity)
    #expect(EffectiveSampleSize().value == 0)
    var merged = ExponentialSums()
    merged.merge(ExponentialSums())
    #expect(merged.logOfSum == -.infinity)
    merged.merge(logSum([-3]))
    #expect(merged.logOfSum == logSum([-3]).logOfSum)
  }

  private func randomTerms(_ spread: Double, seed: UInt64) -> [Double] {
    var random = SplitMix64(state: seed)
    return (0..<1_000).map { _ in Double.random(in: -spread...spread, using: &random) }
  }

  private func logSum(_ terms: [Double]) -> ExponentialSums {
    terms.reduce(into: ExponentialSums()) { $0.add($1) }
  }

  private func effectiveSampleSize(_ terms: [Double]) -> EffectiveSampleSize {
    terms.reduce(into: EffectiveSampleSize()) { $0.add(logWeight: $1) }
  }
}
