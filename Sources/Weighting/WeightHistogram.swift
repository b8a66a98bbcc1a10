#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How many documents have which weight, in memory of fixed size.
///
/// Bins are 2⁻ʳ wide, r as large as 2¹⁵ bins allow. What it holds depends on the weights alone, not on their order: bins
/// only ever join in pairs, and whether they must is decided by how many there are of that width in all.
package struct WeightHistogram: Sendable {
  private static let binLimit = 1 << 15
  private static let finestResolution = 24

  private var counts: [Int: Int] = [:]
  private var resolution = finestResolution
  package private(set) var count = 0

  package init() {}

  /// - Precondition: `weight` is finite. Beyond 2³⁸ either way it counts as that.
  package mutating func add(_ weight: Double) {
    counts[bin(weight), default: 0] += 1
    count += 1
    if counts.count > Self.binLimit { coarsen() }
  }

  package mutating func merge(_ other: WeightHistogram) {
    var other = other
    while resolution > other.resolution { halve() }
    while other.resolution > resolution { other.halve() }
    counts.merge(other.counts, uniquingKeysWith: +)
    count += other.count
    coarsen()
  }

  private func bin(_ weight: Double) -> Int {
    let bounded = max(-0x1p38, min(0x1p38, weight))
    return Int((scalbn(bounded, Int32(resolution))).rounded(.down))
  }

  private mutating func coarsen() {
    while counts.count > Self.binLimit { halve() }
  }

  private mutating func halve() {
    resolution -= 1
    counts = Dictionary(counts.map { ($0.key >> 1, $0.value) }, uniquingKeysWith: +)
  }

  /// The bins by falling weight: the weight in the middle, and the documents.
  private var bins: [(weight: Double, count: Int)] {
    counts.sorted { $0.key > $1.key }
      .map { (scalbn(Double($0.key) + 0.5, Int32(-resolution)), $0.value) }
  }

  // MARK: Top-k

  /// Which of the weights are among the largest.
  package struct Top: Sendable {
    fileprivate var resolution: Int
    fileprivate var lastBin: Int
    fileprivate var shareOfLastBin: Double

    /// The probability that a document of this weight is among them: 1 or 0, but for the bin that the border runs through.
    package func contains(_ weight: Double) -> Double {
      let bounded = max(-0x1p38, min(0x1p38, weight))
      let bin = Int(scalbn(bounded, Int32(resolution)).rounded(.down))
      return bin > lastBin ? 1 : bin == lastBin ? shareOfLastBin : 0
    }
  }

  /// - Parameter size: how many weights are meant.
  package func top(_ size: Int) -> Top {
    var left = size
    for (bin, count) in counts.sorted(by: { $0.key > $1.key }) {
      if count >= left {
        return Top(
          resolution: resolution, lastBin: bin, shareOfLastBin: Double(left) / Double(count))
      }
      left -= count
    }
    return Top(resolution: resolution, lastBin: .min, shareOfLastBin: 1)
  }

  // MARK: Temperature

  /// What a draw at a temperature is to be like.
  package enum Goal: Sendable, Equatable {
    /// So many equally weighted documents are the weights worth: (Σ w)² / Σ w².
    case effectiveSampleSize(Double)
    /// This share of the draw is expected to be among the largest weights.
    case overlap(Double, draw: Int)
  }

  /// The temperature at which the weights, divided by it, reach the goal; by bisection.
  ///
  /// - Returns: the closest there is: more heat makes the effective sample size larger and the overlap smaller,
  ///   within limits.
  package func temperature(for goal: Goal) -> Double {
    let bins = bins
    guard bins.count > 1 else { return 1 }
    var (low, high) = (1e-6, 1e9)
    for _ in 0..<100 {
      let middle = (low * high).squareRoot()
      let isTooHot =
        switch goal {
        case .effectiveSampleSize(let size):
          Self.effectiveSampleSize(bins, temperature: middle) > size
        case .overlap(let share, let draw):
          Self.expectedOverlap(bins, draw: draw, temperature: middle) < share
        }
      if isTooHot { high = middle } else { low = middle }
    }
    return (low * high).squareRoot()
  }

  private static func effectiveSampleSize(
    _ bins: [(weight: Double, count: Int)], temperature: Double
  ) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for bin in bins {
      let weight = exp((bin.weight - bins[0].weight) / temperature)
      sum += Double(bin.count) * weight
      squares += Double(bin.count) * weight * weight
    }
    return sum * sum / squares
  }

  /// In a draw of k by Gumbel top-k, a document of log weight x is drawn with probability
  /// 1 − exp(−exp(x − τ)), for the τ at which these add up to k: exact in the limit of many documents
  /// (Duffield, Lund and Thorup 2007 call it bottom-k sampling with exponential ranks).
  private static func expectedOverlap(
    _ bins: [(weight: Double, count: Int)], draw: Int, temperature: Double
  ) -> Double {
    let size = bins.reduce(0) { $0 + $1.count }
    guard draw < size else { return 1 }
    func inclusion(_ weight: Double, _ threshold: Double) -> Double {
      -expm1(-exp(weight / temperature - threshold))
    }
    var low = bins[bins.count - 1].weight / temperature - 60
    var high = bins[0].weight / temperature + 60
    for _ in 0..<100 {
      let middle = (low + high) / 2
      let expected = bins.reduce(0.0) { $0 + Double($1.count) * inclusion($1.weight, middle) }
      if expected > Double(draw) { low = middle } else { high = middle }
    }
    var left = draw
    var hits = 0.0
    for bin in bins where left > 0 {
      let taken = min(left, bin.count)
      hits += Double(taken) * inclusion(bin.weight, low)
      left -= taken
    }
    return hits / Double(draw)
  }
}
