import Foundation
import TestSupport
import Testing

@testable import Choosing

@Suite struct SetObjectiveTests {
  /// P / (2 (1 − P)): 0.2 / 1.6 = 0.125, 0.5 / 1 = 0.5, 0.75 / 0.5 = 1.5, 0.9 / 0.2 = 4.5.
  @Test(arguments: [(0, 0), (0.2, 0.125), (0.5, 0.5), (0.75, 1.5), (0.9, 4.5), (1, .infinity)])
  func `The bonus of a purity P is P / (2 (1 - P))`(purity: Double, scale: Double) {
    var objective = SetObjective()
    objective.purity = purity
    #expect(objective.bonusScale == scale || abs(objective.bonusScale - scale) < 1e-15 * scale * 10)
  }

  /// The keys 1, 3 and 8 have the mean 4 and squared deviations 9, 1 and 16: s = √(26 / 3).
  @Test func `The scale is the smallest key and the population's standard deviation`() {
    let scale = CandidateScale([3, 8, 1])
    #expect(scale.border == 1)
    #expect(scale.deviation == (26.0 / 3).squareRoot())
    // (4 − 1) / 2.944 = 1.019; (−2 − 1) / 2.944 = −1.019.
    let z = 3 / (26.0 / 3).squareRoot()
    #expect(scale.standardized(4) == z)
    #expect(scale.standardized(-2) == -z)
    #expect(scale.discount(4) == 1)
    #expect(scale.discount(-2) == exp(-0.3 * z))
  }

  /// The border is 0 and s is 1.
  @Test func `Deviations are limited to 3`() {
    let scale = CandidateScale([0, 2])
    #expect(scale == CandidateScale([2, 0]))
    for (key, z) in [(3, 3), (3.5, 3), (1e300, 3), (-2.5, -2.5), (-3, -3), (-4, -3)] {
      #expect(scale.standardized(key) == z)
    }
    #expect(scale.discount(-1e9) == exp(0.3 * -3))
    #expect(scale.discount(0) == 1)
  }

  /// The mean of three times 0.1 is rounded to 0.10000000000000002.
  @Test func `Equal keys have no deviation, and then none counts`() {
    for count in [1, 3, 7] {
      let scale = CandidateScale(Array(repeating: 0.1, count: count))
      #expect(scale.deviation == 0)
      #expect([-5, 0.1, 9].map { scale.standardized($0) } == [0, 0, 0])
      #expect(scale.discount(-5) == 1)
    }
  }

  @Test func `Without keys, none counts`() {
    let scale = CandidateScale([])
    #expect(scale.standardized(4) == 0)
    #expect(scale.discount(-4) == 1)
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `The scale doesn't depend on the order of the keys`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let keys = (0..<200).map { _ in Double.random(in: -1e3...1e3, using: &random) }
    #expect(CandidateScale(keys) == CandidateScale(keys.shuffled(using: &random)))
  }
}
