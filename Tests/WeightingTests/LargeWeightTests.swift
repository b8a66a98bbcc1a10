import Foundation
import TestSupport
import Testing

@testable import Weighting

/// Statistics of weights that aren't log weights of a model.
///
/// Examples are time stamps, ids, and numbers at the ends of the range of doubles.
@Suite struct LargeWeightTests {
  private static func histogram(_ weights: [Double]) -> WeightHistogram {
    var result = WeightHistogram()
    for weight in weights { result.add(weight) }
    return result
  }

  /// Rising numbers, and the number of them.
  static let rising: [[Double]] = [
    (0..<60).map { 1.7e18 + 256 * Double($0) }, (0..<60).map { -1e15 + 0.125 * Double($0) },
    (0..<60).map { 1e300 * (1 + Double($0)) }, (0..<60).map { -1e308 + 1e306 * Double($0) },
    [-.greatestFiniteMagnitude, -1e308, -0x1p38, -1, 0, 1e-300, 1, 0x1p38, 1e15, 1e308]
      + [.greatestFiniteMagnitude],
  ]

  @Test(arguments: rising.indices)
  func `Large weights are distinguished from one another`(index: Int) {
    let weights = Self.rising[index]
    var random = SplitMix64(state: 2)
    let histogram = Self.histogram(weights.shuffled(using: &random))
    for size in [1, 5, weights.count - 1] {
      let top = histogram.top(size)
      for (place, weight) in weights.enumerated() {
        // 0 and 1e-300 share one bin.
        if index == 4, place == 4 || place == 5 { continue }
        #expect(top.contains(weight) == (place >= weights.count - size ? 1 : 0), "\(weight)")
      }
    }
  }

  @Test func `A few large weights don't widen the bins of the others`() {
    let small = (0..<1000).map { Double($0) / 64 }
    let histogram = Self.histogram(small + [1e308, -1e308, 1e18])
    let top = histogram.top(12)
    #expect(small.map { top.contains($0) } == small.map { $0 >= 990.0 / 64 ? 1 : 0 })
  }

  @Test(arguments: [0, 5, 500, 1e9, 1e15, -3, -1e12])
  func `A weight is recovered exactly after noise is added and subtracted`(weight: Double) {
    let histogram = Self.histogram([weight - 1, weight, weight, weight, weight + 1])
    // The two largest are the last one and one of the three in the middle.
    let top = histogram.top(2)
    var random = SplitMix64(state: 7)
    for _ in 0..<1000 {
      let noise = -log(-log(Double.random(in: 0x1p-53..<1, using: &random)))
      #expect(abs(top.contains((weight + noise) - noise) - 1.0 / 3) < 1e-15)
    }
  }

  @Test func `Weights that noise swallows are as likely among the largest as any other`() {
    // Nine weights near 0, three above it and six below: adding and subtracting noise makes all 0.
    let histogram = Self.histogram(
      (1...3).map { Double($0) * 1e-299 } + (1...6).map { -Double($0) * 1e-299 })
    #expect(abs(histogram.top(4).contains(0) - 4.0 / 9) < 1e-15)
  }

  @Test(arguments: [1e-4, 1, 1e6, 1e12, 1e18, 1e300])
  func `A temperature is found for weights in any unit`(unit: Double) {
    // 200 weights at equal distances over ten units. Expected: plain arithmetic in units of one.
    let steps = (0..<200).map { Double($0) / 20 }
    let histogram = Self.histogram(steps.map { $0 * unit })
    for goal in [2.0, 20, 150] {
      let temperature = histogram.temperature(for: .effectiveSampleSize(goal)) / unit
      let weights = steps.map { exp(($0 - 10) / temperature) }
      let sum = weights.reduce(0, +)
      let size = sum * sum / weights.reduce(0) { $0 + $1 * $1 }
      #expect(abs(size / goal - 1) < 0.01, "\(size)")
    }
    let half = histogram.temperature(for: .overlap(0.5, draw: 20))
    #expect((0.01...100).contains(half / unit), "\(half)")
  }

  @Test(arguments: [0, 1e6, -1e9])
  func `The correlation is unchanged by a constant added to all weights`(offset: Double) throws {
    // Pearson's correlation of (0, 1, …, 9) and (0, 1, 4, …, 81), by Python's
    // statistics.correlation.
    var correlation = WeightLengthCorrelation()
    for number in 0..<10 {
      correlation.add(logWeight: offset + Double(number) / 64, length: number * number)
    }
    #expect(abs(try #require(correlation.value) - 0.9626907371412557) < 1e-12)
  }

  @Test func `Weights that are too large or too similar have no correlation`() {
    let cases: [[Double]] = [
      [1, 2e9], [1.7e18, 1.7e18 + 256], [1, 1 + 1e-6], [0, .leastNonzeroMagnitude],
      [1e308, -1e308],
    ]
    for weights in cases {
      var correlation = WeightLengthCorrelation()
      for (number, weight) in weights.enumerated() {
        correlation.add(logWeight: weight, length: number + 1)
      }
      #expect(correlation.value == nil, "\(weights)")
    }
  }
}
