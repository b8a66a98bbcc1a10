import Foundation
import TestSupport
import Testing

@testable import Weighting

/// The regression, against the formulas in ``LogisticTrainer``.
@Suite struct LogisticTests {
  /// Random documents: the target's prefer low buckets, and some features are repeated in bursts.
  private static func documents(_ count: Int, favouring: Int, seed: UInt64) -> [[UInt16]] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in
      var features: [UInt16] = []
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        let limit = Bool.random(using: &random) ? favouring : 500
        let bucket = UInt16(Int.random(in: 0..<limit, using: &random))
        let burst = Int.random(in: 0..<20, using: &random) == 0 ? 300 : 1
        features += Array(repeating: bucket, count: burst)
      }
      return features
    }
  }

  /// ln(1 + c) / √(Σ ln²(1 + c)) by bucket.
  private static func naiveVector(_ document: [UInt16]) -> [UInt16: Double] {
    let counts = Dictionary(grouping: document, by: { $0 }).mapValues { min($0.count, 255) }
    let logs = counts.mapValues { log(1 + Double($0)) }
    let length = logs.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return logs.mapValues { $0 / length }
  }

  private static func naiveLogOdds(_ document: [UInt16], _ model: LogisticModel) -> Double {
    naiveVector(document).reduce(model.bias) {
      $0 + model.weight(Int($1.key)) * $1.value
    }
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `The scorer gives the log odds of the formula, for ids of any width`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let weights = (0..<1 << 16).map { _ in Double.random(in: -2...2, using: &random) }
    let model = LogisticModel(bias: -0.5, weights: weights)
    for bucketCount in [500, 1 << 16, 1 << 20, 1 << 24, 1_000_000] {
      let shift = RegressionFeatures.shift(bucketCount: bucketCount)
      #expect((bucketCount - 1) >> shift < 1 << 16)
      var scorer = LogisticScorer(model, bucketCount: bucketCount)
      for document in Self.documents(40, favouring: 50, seed: seed) {
        // In blocks, with different low bits each time, which fold to the same bucket.
        let ids = document.map { bucket -> UInt32 in
          let low = UInt32.random(in: 0..<1 << UInt32(shift), using: &random)
          return UInt32(bucket) << UInt32(shift) | low
        }
        scorer.begin()
        let cut = Int.random(in: 0...ids.count, using: &random)
        scorer.add(Array(ids[..<cut]).span)
        scorer.add(Array(ids[cut...]).span)
        #expect(abs(scorer.logOdds() - Self.naiveLogOdds(document, model)) < 1e-9)
      }
      scorer.begin()
      #expect(scorer.logOdds() == -0.5, "no features")
    }
  }

  @Test func `Parameters are rounded to a 32,767th of the largest`() {
    var weights = [Double](repeating: 0, count: RegressionFeatures.maximumBucketCount)
    weights[3] = -0.5
    weights[7] = 0.125
    weights[9] = 1e-6
    let model = LogisticModel(bias: 1, weights: weights)
    #expect(model.weight(3) == -0.5 && model.weight(0) == 0)
    // The error is at most half a step: 0.5 / 32767 / 2.
    #expect(abs(model.weight(7) - 0.125) <= 0.25 / 32767)
    #expect(model.weight(9) == 0, "less than half a step")
    #expect(LogisticModel.indifferent.weight(5) == 0)
  }

  private func score(_ document: [UInt16], _ scorer: inout LogisticScorer) {
    scorer.begin()
    for start in stride(from: 0, to: document.count, by: 900) {
      let ids = document[start..<min(start + 900, document.count)].map { UInt32($0) }
      scorer.add(ids.span)
    }
  }

  @Test func `A long document doesn't affect the counts of the next`() {
    // Thousands of features, and 300 documents.
    let weights = (0..<1 << 16).map { Double($0 % 5) - 2 }
    let model = LogisticModel(bias: 0.25, weights: weights)
    var scorer = LogisticScorer(model, bucketCount: 1 << 16)
    var random = SplitMix64(state: 5)
    for number in 0..<300 {
      let count = number % 50 == 0 ? 20_000 : 40
      let document = (0..<count).map { _ in UInt16.random(in: 0..<3000, using: &random) }
      score(document, &scorer)
      #expect(abs(scorer.logOdds() - Self.naiveLogOdds(document, model)) < 1e-9)
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `The gradient vanishes at the end of training`(seed: UInt64) {
    let target = Self.documents(60, favouring: 20, seed: seed)
    let pool = Self.documents(200, favouring: 400, seed: seed + 100)
    let model = LogisticTrainer(target: target, pool: pool).train()
    let lambda = LogisticTrainer.regularization
    // ∇ = λθ − Σ cᵢ yᵢ xᵢ / (1 + exp(yᵢ zᵢ)); at θ = 0 it is Σ over ½ cᵢ yᵢ xᵢ.
    var gradient = model.steps.indices.map { lambda * model.weight($0) }
    var biasGradient = lambda * model.bias
    var first = [Double](repeating: 0, count: gradient.count)
    for (documents, sign) in [(target, 1.0), (pool, -1.0)] {
      let cost = 0.5 / Double(documents.count)
      for document in documents {
        let slope = cost * sign / (1 + exp(sign * Self.naiveLogOdds(document, model)))
        for (bucket, value) in Self.naiveVector(document) {
          gradient[Int(bucket)] -= slope * value
          first[Int(bucket)] -= 0.5 * cost * sign * value
        }
        biasGradient -= slope
      }
    }
    let norm = gradient.reduce(biasGradient * biasGradient) { $0 + $1 * $1 }.squareRoot()
    let firstNorm = first.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // The trainer stops at a tolerance of 0.05 on margins of about 10.
    #expect(norm < 0.02 * firstNorm, "\(norm) of \(firstNorm)")
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `Exchanging the classes negates the log odds`(seed: UInt64) {
    let one = Self.documents(80, favouring: 20, seed: seed)
    let other = Self.documents(300, favouring: 300, seed: seed + 50)
    let there = LogisticTrainer(target: one, pool: other).train()
    let back = LogisticTrainer(target: other, pool: one).train()
    for document in one + other {
      let odds = (Self.naiveLogOdds(document, there), Self.naiveLogOdds(document, back))
      // Both stop within the tolerance of 0.05 on each document's margin, or slightly above it.
      #expect(abs(odds.0 + odds.1) < 0.2, "\(odds)")
    }
  }

  @Test func `The same documents give the same bits`() {
    let (target, pool) = (
      Self.documents(50, favouring: 20, seed: 1), Self.documents(90, favouring: 300, seed: 2)
    )
    let one = LogisticTrainer(target: target, pool: pool).train()
    let other = LogisticTrainer(target: target, pool: pool).train()
    #expect(one == other)
  }
}
