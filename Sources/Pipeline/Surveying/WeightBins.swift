internal import Platform
internal import Weighting

/// Bins of equal width for log weights. Their borders are multiples of the width.
struct WeightBins: Sendable, Equatable {
  static let mostBins = 60

  var width: Double
  /// The number of the first bin, which begins at this multiple of the width.
  var first: Int
  var count: Int

  init(width: Double, first: Int, count: Int) {
    self.width = width
    self.first = first
    self.count = count
  }

  /// - Parameters:
  ///   - histogram: the log weights, divided by `temperature`.
  ///   - leftOut: the share of the documents that may lie below the first bin, so that a few very
  ///     small weights don't make all bins wide.
  /// - Returns: nil without weights.
  init?(_ histogram: WeightHistogram, temperature: Double, leftOut: Double = 0.01) {
    guard let range = histogram.range(leavingOut: leftOut) else { return nil }
    let (low, high) = (range.low * temperature, range.high * temperature)
    let spread = max(high - low, abs(high) * 1e-9, 1e-9)
    guard spread.isFinite else { return nil }
    width = Self.niceWidth(atLeast: spread / Double(Self.mostBins - 4))
    // A histogram knows weights up to the width of its own bins.
    let (start, end) = ((low / width).rounded(.down) - 1, (high / width).rounded(.down) + 1)
    guard abs(start) < 0x1p52, abs(end) < 0x1p52 else { return nil }
    first = Int(start)
    count = Int(end) - first + 1
  }

  /// The place of a weight's bin; negative or too large outside.
  func place(of weight: Double) -> Int {
    let number = (weight / width).rounded(.down)
    return Int(min(max(number, -0x1p60), 0x1p60)) - first
  }

  /// 1, 2 or 5 times a power of ten.
  static func niceWidth(atLeast least: Double) -> Double {
    let power = pow(10, log10(least).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= least } ?? 10 * power
  }
}

/// The number of documents in each bin, and outside.
struct BinnedWeights: Sendable {
  private(set) var counts: [Int]
  private(set) var below = 0
  private(set) var above = 0
  private(set) var documentCount = 0

  init(_ bins: WeightBins) { counts = Array(repeating: 0, count: bins.count) }

  mutating func add(place: Int) {
    documentCount += 1
    if place < 0 {
      below += 1
    } else if place >= counts.count {
      above += 1
    } else {
      counts[place] += 1
    }
  }

  mutating func merge(_ other: BinnedWeights) {
    for place in counts.indices { counts[place] += other.counts[place] }
    documentCount += other.documentCount
    below += other.below
    above += other.above
  }
}

/// Bins for lengths, two for each doubling.
package enum LengthBins {
  /// Where bins begin: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24 …, up to 2³².
  package static let edges: [Int] =
    [0, 1] + (1...31).flatMap { [1 << $0, 3 << ($0 - 1)] } + [1 << 32]
}
