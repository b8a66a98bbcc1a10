import TestSupport
import Testing

@testable import Weighting

@Suite struct LengthHistogramTests {
  private static let percents = [0, 1, 5, 25, 50, 75, 95, 99, 100]

  @Test(arguments: 0..<8 as Range<UInt64>, [10, 4_095, 100_000, 1 << 40])
  func `Quantiles are those of the sorted lengths, in any order and grouping`(
    seed: UInt64, largest: Int
  ) {
    var random = SplitMix64(state: seed)
    let lengths = (0..<Int.random(in: 1...2000, using: &random)).map { _ in
      Int.random(in: 0...largest, using: &random)
    }
    var whole = LengthHistogram()
    var parts = (0..<3).map { _ in LengthHistogram() }
    for (place, length) in lengths.shuffled(using: &random).enumerated() {
      whole.add(length)
      parts[place % 3].add(length)
    }
    var merged = parts[2]
    merged.merge(parts[0])
    merged.merge(parts[1])
    let sorted = lengths.sorted()
    for percent in Self.percents {
      // The nearest rank: the smallest length that this percentage of lengths doesn't exceed.
      let exact = sorted.first { length in
        sorted.count { $0 <= length } * 100 >= percent * sorted.count
      }
      let wanted = percent == 0 ? sorted[0] : exact ?? -1
      let found = whole.quantile(percent: percent) ?? -1
      #expect(merged.quantile(percent: percent) == found)
      #expect(found <= wanted && wanted - found <= wanted / 2048, "\(percent): \(found), \(wanted)")
      if wanted < 4096 || percent == 0 || percent == 100 { #expect(found == wanted) }
    }
  }

  @Test(arguments: [4095, 4096, 4097, 4098, 8191, 8192, 8195, 8196, 1 << 33])
  func `A bin begins at its smallest length`(length: Int) {
    var histogram = LengthHistogram()
    for length in [0, length, 1 << 45] { histogram.add(length) }
    var width = 1
    while length >= width * 4096 { width *= 2 }
    #expect(histogram.quantile(percent: 50) == length / width * width)
  }

  @Test func `Without lengths there is no quantile`() {
    #expect(LengthHistogram().quantile(percent: 50) == nil)
  }
}
