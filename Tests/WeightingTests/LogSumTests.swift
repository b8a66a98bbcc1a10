import Foundation
import TestSupport
import Testing

@testable import Weighting

@Suite struct LogSumTests {
  private static let spreads = [0.1, 1, 30, 700, 1e4, 1e6]

  @Test(arguments: spreads, 0..<4 as Range<UInt64>)
  func `The sum is that of plain arithmetic`(spread: Double, seed: UInt64) {
    let terms = randomTerms(spread, seed: seed)
    let largest = terms.max()!
    let expected = largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    #expect(abs(logSum(terms).value - expected) <= 1e-12 * max(1, abs(expected)))
  }

  @Test(arguments: spreads, 0..<4 as Range<UInt64>)
  func `Order and merging change no bit`(spread: Double, seed: UInt64) {
    let terms = randomTerms(spread, seed: seed)
    let expected = (logSum(terms).value, effectiveSampleSize(terms).value)
    var random = SplitMix64(state: ~seed)
    let orders = [terms.sorted(), terms.sorted(by: >), terms.shuffled(using: &random)]
    for order in orders {
      #expect(logSum(order).value == expected.0)
      #expect(effectiveSampleSize(order).value == expected.1)
      for cut in [0, 1, 500, order.count - 1] {
        var merged = logSum(Array(order[cut...]))
        merged.merge(logSum(Array(order[..<cut])))
        #expect(merged.value == expected.0)
        var size = effectiveSampleSize(Array(order[cut...]))
        size.merge(effectiveSampleSize(Array(order[..<cut])))
        #expect(size.value == expected.1)
      }
    }
  }

  @Test func `A term that is too small to matter makes no difference in any order`() {
    // 2⁰ + 2⁻⁵³ is halfway between two doubles; 2⁻⁹⁷ would tip it over, were it kept.
    let ln2 = 0.6931471805599453
    let terms = [0, -53 * ln2, -97 * ln2]
    let sums = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map { order in
      logSum(order.map { terms[$0] }).value
    }
    #expect(Set(sums).count == 1, "\(sums)")
  }

  @Test(arguments: [0.1, 1, 10], 0..<4 as Range<UInt64>)
  func `The effective sample size is that of plain arithmetic`(spread: Double, seed: UInt64) {
    let weights = randomTerms(spread, seed: seed).map { exp($0) }
    let sum = weights.reduce(0, +)
    let expected = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
    let found = effectiveSampleSize(weights.map { log($0) }).value
    // A log weight below 10 has an error below 2⁻⁴⁹, its exponential as much relatively, and so
    // has each sum: 4 × 2⁻⁴⁹ = 7e-15, and 1000 additions of plain arithmetic 1000 × 2⁻⁵³ = 1e-13.
    #expect(abs(found / expected - 1) < 1e-12)
  }

  @Test(arguments: [-1e6, -700, 0, 700, 1e6])
  func `Equal weights are worth their number, however large`(logWeight: Double) {
    let found = effectiveSampleSize(Array(repeating: logWeight, count: 1_000)).value
    // 2 ln Σw − ln Σw² cancels numbers of 2e6, whose unit in the last place is 2⁻³² = 2.3e-10.
    #expect(abs(found / 1_000 - 1) < 2e-9)
  }

  @Test func `Without terms the sum is minus infinity and the size zero`() {
    #expect(LogSum().value == -.infinity)
    #expect(EffectiveSampleSize().value == 0)
    var merged = LogSum()
    merged.merge(LogSum())
    #expect(merged.value == -.infinity)
    merged.merge(logSum([-3]))
    #expect(merged.value == logSum([-3]).value)
  }

  private func randomTerms(_ spread: Double, seed: UInt64) -> [Double] {
    var random = SplitMix64(state: seed)
    return (0..<1_000).map { _ in Double.random(in: -spread...spread, using: &random) }
  }

  private func logSum(_ terms: [Double]) -> LogSum {
    terms.reduce(into: LogSum()) { $0.add($1) }
  }

  private func effectiveSampleSize(_ terms: [Double]) -> EffectiveSampleSize {
    terms.reduce(into: EffectiveSampleSize()) { $0.add(logWeight: $1) }
  }
}
