import Foundation
import TestSupport
import Testing

@testable import Weighting

@Suite struct NearnessTests {
  private func counts(_ counts: [UInt64]) -> FeatureCounts {
    FeatureCounts(counts: counts, documentCount: 1, tokenCount: 1)
  }

  /// p = (2/6, 4/6), t = (3/4, 1/4).
  ///
  /// Documents: x / p = (3, 0), and G = 3/4 ln 2 + 1/4 ln(1/2) = 1/2 ln 2. The target's own:
  /// x = (2/3, 0), x / p = (2, 0), and G = 3/4 ln(3/2) + 1/4 ln(1/2).
  @Test func `The nearness is that of arithmetic by hand`() throws {
    let near = try #require(
      Nearness.of(counts([1, 0]), to: counts([3, 1]), pool: counts([1, 3])))
    let own = 0.75 * Foundation.log(1.5) + 0.25 * Foundation.log(0.5)
    #expect(abs(near - 0.5 * Foundation.log(2.0) / own) < 1e-9)
  }

  @Test func `Documents like the pool are at zero, and unlike the target too`() {
    let (target, pool) = (counts([9, 1, 0]), counts([10, 500, 500]))
    #expect(Nearness.of(pool, to: target, pool: pool) ?? 1 < 0.01)
    #expect(Nearness.of(counts([0, 0, 7]), to: target, pool: pool) == 0)
  }

  @Test func `Without features, or for a target like the pool, there is no nearness`() {
    let some = counts([5, 7, 9])
    let none = counts([0, 0, 0])
    #expect(Nearness.of(none, to: some, pool: some) == nil)
    #expect(Nearness.of(some, to: none, pool: some) == nil)
    #expect(Nearness.of(some, to: some, pool: none) == nil)
    #expect(Nearness.of(some, to: counts([500, 700, 900]), pool: counts([500, 700, 900])) == nil)
  }

  /// Target and pool differ, so that the target's own text tells something.
  @Test(arguments: 0..<8)
  func `The nearness is that of plain arithmetic`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    func draw(_ most: UInt64) -> [UInt64] {
      (0..<40).map { _ in UInt64.random(in: 0...most, using: &random) }
    }
    let (target, pool, documents) = (draw(50), draw(500), draw(30))
    func total(_ counts: [UInt64]) -> Double { Double(counts.reduce(0, +)) }
    func gain(_ x: [Double]) -> Double {
      var sum = 0.0
      for bucket in 0..<40 where target[bucket] > 0 {
        let p = (Double(pool[bucket]) + 1) / (total(pool) + 40)
        let share = Double(target[bucket]) / total(target)
        sum += share * (Foundation.log(0.5 * x[bucket] + 0.5 * p) - Foundation.log(p))
      }
      return sum
    }
    let own = gain(target.map { (Double($0) - 1) / (total(target) - 1) })
    let expected = max(0, gain(documents.map { Double($0) / total(documents) }) / own)
    let found = try #require(
      Nearness.of(counts(documents), to: counts(target), pool: counts(pool)))
    #expect(abs(found - expected) < 1e-6, "\(found) \(expected)")
  }

  /// Counts in more buckets are folded, as for divergences.
  @Test func `Selections that have more of the target's n-grams are nearer`() throws {
    let target = counts((0..<20_000).map { $0 < 200 ? 3 : 0 })
    let pool = counts((0..<20_000).map { _ in 5 })
    let near = try [0, 1, 4].map { (extra: UInt64) in
      try #require(
        Nearness.of(
          counts((0..<20_000).map { $0 < 200 ? 1 + extra : 1 }), to: target, pool: pool))
    }
    #expect(near[0] < 0.001 && near[1] > near[0] && near[2] > near[1] && near[2] < 1)
  }
}
