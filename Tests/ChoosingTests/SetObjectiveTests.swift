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
  @Test func `The scale is the mean and the population's standard deviation`() {
    let scale = CandidateScale([3, 8, 1], top: [8])
    #expect(scale.mean == 4)
    #expect(scale.deviation == (26.0 / 3).squareRoot())
    // (8 − 4) / 2.944 = 1.359; (1 − 4) / 2.944 = −1.019.
    #expect(scale.standardized(8) == 4 / (26.0 / 3).squareRoot())
    #expect(scale.standardized(1) == -3 / (26.0 / 3).squareRoot())
  }

  /// The keys 0, 0, 0, 0, 2 and 4 have the mean 1 and squared deviations 1, 1, 1, 1, 1 and 9, whose
  /// mean is 14 / 6. The top's keys 0 and 4 have the mean 2 and squared deviations of 4.
  @Test func `The larger deviation counts, of all keys or of the top's`() {
    let scale = CandidateScale([0, 0, 0, 0, 2, 4], top: [0, 4])
    #expect(scale.mean == 1)
    #expect(scale.deviation == 2)
    #expect(CandidateScale([0, 0, 0, 0, 2, 4], top: [2, 4]).deviation == (14.0 / 6).squareRoot())
  }

  /// The mean is 1 and s is 1.
  @Test func `Deviations are limited to -3 to 2`() {
    let scale = CandidateScale([0, 2], top: [])
    #expect(scale == CandidateScale([2, 0], top: []))
    let expected: [(Double, Double)] = [
      (3, 2), (3.5, 2), (1e300, 2), (2.5, 1.5), (0, -1), (-2, -3), (-2.5, -3), (-1e300, -3),
    ]
    for (key, z) in expected { #expect(scale.standardized(key) == z) }
  }

  /// The mean of three times 0.1 is rounded to 0.10000000000000002.
  @Test func `Equal keys have no deviation, and then none counts`() {
    for count in [1, 3, 7] {
      let scale = CandidateScale(Array(repeating: 0.1, count: count), top: [0.1])
      #expect(scale.deviation == 0)
      #expect([-5, 0.1, 9].map { scale.standardized($0) } == [0, 0, 0])
    }
  }

  @Test func `Without keys, none counts`() {
    let scale = CandidateScale([], top: [])
    #expect(scale.standardized(4) == 0)
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `The scale doesn't depend on the order of the keys`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let keys = (0..<200).map { _ in Double.random(in: -1e3...1e3, using: &random) }
    let top = keys.sorted().suffix(50)
    #expect(
      CandidateScale(keys, top: Array(top))
        == CandidateScale(keys.shuffled(using: &random), top: top.shuffled(using: &random)))
  }
}
