import Foundation
import TestSupport
import Testing

@testable import Resampling

@Suite struct GumbelNoiseTests {
  @Test(arguments: 0..<5 as Range<UInt64>)
  func `The noise has the mean and variance of a Gumbel distribution`(seed: UInt64) {
    let count = 100_000
    let noise = GumbelNoise(seed: seed)
    var identities = SplitMix64(state: seed)
    let values = (0..<count).map { _ in noise.noise(of: identities.next()) }
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    // Mean γ, variance σ² = π²/6. The mean's standard error is σ/√n. With an excess kurtosis of
    // 12/5 the fourth moment is 5.4 σ⁴, so the variance's is √((5.4 − 1) σ⁴/n). Each test has five
    // seeds: 4.5 standard errors are exceeded once in 30,000 sets of five.
    let expected = Double.pi * Double.pi / 6
    #expect(abs(mean - 0.5772156649015329) < 4.5 * (expected / Double(count)).squareRoot())
    #expect(abs(variance - expected) < 4.5 * expected * (4.4 / Double(count)).squareRoot())
  }

  @Test func `Noise is finite for every hash, and differs by seed`() {
    var identities = SplitMix64(state: 1)
    for seed in 0..<2_000 as Range<UInt64> {
      let identity = identities.next()
      let value = GumbelNoise(seed: seed).noise(of: identity)
      #expect(value.isFinite)
      #expect(value != GumbelNoise(seed: seed + 1).noise(of: identity))
    }
  }

  private static let temperatures = [1, 0.5, 3, 1e9]

  @Test(arguments: temperatures)
  func `Documents are drawn in proportion to their weights, without replacement`(
    temperature: Double
  ) {
    let logWeights = [-2.0, -1, 0, 0.5, 1, 2]
    let weights = logWeights.map { exp($0 / temperature) }
    let identities = (0..<6 as Range<UInt8>).map { TextHash.of([$0, 7].span) }
    let drawCount = 20_000
    var hits = [Int](repeating: 0, count: 6)
    for seed in 0..<UInt64(drawCount) {
      let noise = GumbelNoise(seed: seed)
      var candidates = Candidates(budget: .documents(2), joinsCopies: true, expectedCount: 6)
      for (number, identity) in identities.enumerated() {
        candidates.add(
          Candidate(
            key: logWeights[number] / temperature + noise.noise(of: identity), textHash: identity,
            position: Position(shard: 0, place: number), lineByteCount: 1,
            textByteCount: 1, tokenCount: 1))
      }
      for document in candidates.draw().documents { hits[document.position.place] += 1 }
    }
    // Drawn first with probability pᵢ, or second, after j, with pⱼ pᵢ / (1 − pⱼ).
    let sum = weights.reduce(0, +)
    for number in weights.indices {
      let p = weights.map { $0 / sum }
      let second = p.indices.filter { $0 != number }.reduce(0) {
        $0 + p[$1] * p[number] / (1 - p[$1])
      }
      let expected = p[number] + second
      // A rate of n draws has a standard error of √(r (1 − r)/n). Of the 24 rates tested, one is
      // beyond 4.5 of them with probability 24 × 7e-6.
      let tolerance = 4.5 * (expected * (1 - expected) / Double(drawCount)).squareRoot()
      let rate = Double(hits[number]) / Double(drawCount)
      #expect(abs(rate - expected) < tolerance, "document \(number)")
      if temperature == 1e9 { #expect(abs(rate - 2.0 / 6) < tolerance, "uniform") }
    }
  }
}
