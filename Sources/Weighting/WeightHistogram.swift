#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How many documents have which weight, in memory of fixed size.
///
/// Bins are 2⁻ʳ wide, r as large as 2¹⁵ bins allow, and no larger than 24. What it holds depends on the weights alone, not on
/// their order: another order would have let other bins join earlier, but the same ones in the end.
package struct WeightHistogram: Sendable {
  private static let binLimit = 1 << 15
  private static let pendingLimit = 1 << 14
  private static let finestResolution = 24

  private struct Bin {
    /// The weights from number × 2⁻ʳ on, up to the next bin's.
    var number: Int
    var count: Int
  }

  /// By number, each of which is there once.
  private var bins: [Bin] = []
  /// Numbers of bins of single documents, in no order: sorting them in many times over would cost more than a look-up table.
  private var pending: [Int] = []
  private var resolution = finestResolution
  package private(set) var count = 0

  package init() {}

  /// - Precondition: `weight` is finite. Beyond 2³⁸ either way it counts as that.
  package mutating func add(_ weight: Double) {
    pending.append(Self.number(weight, resolution))
    count += 1
    if pending.count == Self.pendingLimit { sortPending() }
  }

  package mutating func merge(_ other: WeightHistogram) {
    var other = other.sorted
    sortPending()
    let coarser = min(resolution, other.resolution)
    widen(by: resolution - coarser)
    other.widen(by: other.resolution - coarser)
    bins = Self.merged(bins, other.bins)
    count += other.count
    joinBins()
  }

  private static func number(_ weight: Double, _ resolution: Int) -> Int {
    let bounded = max(-0x1p38, min(0x1p38, weight))
    return Int((scalbn(bounded, Int32(resolution))).rounded(.down))
  }

  private var sorted: WeightHistogram {
    var copy = self
    copy.sortPending()
    return copy
  }

  private mutating func sortPending() {
    pending.sort()
    bins = Self.merged(bins, pending.map { Bin(number: $0, count: 1) })
    pending.removeAll(keepingCapacity: true)
    joinBins()
  }

  /// Both by number, of which equal ones are joined.
  private static func merged(_ one: [Bin], _ other: [Bin]) -> [Bin] {
    var result: [Bin] = []
    result.reserveCapacity(one.count + other.count)
    func append(_ bin: Bin) {
      if let last = result.last, last.number == bin.number {
        result[result.count - 1].count += bin.count
      } else {
        result.append(bin)
      }
    }
    var (index, otherIndex) = (0, 0)
    while index < one.count || otherIndex < other.count {
      if otherIndex == other.count
        || index < one.count && one[index].number <= other[otherIndex].number
      {
        append(one[index])
        index += 1
      } else {
        append(other[otherIndex])
        otherIndex += 1
      }
    }
    return result
  }

  /// Has bins join until there are no more than the limit.
  private mutating func joinBins() {
    guard bins.count > Self.binLimit else { return }
    // Neighbours whose numbers differ in bit b at most fall together when bins are 2ᵇ⁺¹ times as wide.
    var borders = [Int](repeating: 0, count: Int.bitWidth + 1)
    for index in 1..<bins.count {
      borders[Int.bitWidth - (bins[index].number ^ bins[index - 1].number).leadingZeroBitCount] += 1
    }
    var left = bins.count
    var shift = 0
    while left > Self.binLimit {
      shift += 1
      left -= borders[shift]
    }
    widen(by: shift)
  }

  /// Makes bins 2 to the power of `shift` times as wide.
  private mutating func widen(by shift: Int) {
    guard shift > 0 else { return }
    resolution -= shift
    bins = Self.merged(bins.map { Bin(number: $0.number >> shift, count: $0.count) }, [])
  }

  /// The bins by falling weight: the weight in the middle, and the documents.
  private var middles: [(weight: Double, count: Int)] {
    let sorted = sorted
    return sorted.bins.reversed()
      .map { (scalbn(Double($0.number) + 0.5, Int32(-sorted.resolution)), $0.count) }
  }

  // MARK: Top-k

  /// Which of the weights are among the largest.
  package struct Top: Sendable {
    fileprivate var resolution: Int
    fileprivate var lastBin: Int
    fileprivate var shareOfLastBin: Double

    /// The probability that a document of this weight is among them: 1 or 0, but for the bin that the border runs through.
    package func contains(_ weight: Double) -> Double {
      let bin = WeightHistogram.number(weight, resolution)
      return bin > lastBin ? 1 : bin == lastBin ? shareOfLastBin : 0
    }
  }

  /// - Parameter size: how many weights are meant.
  package func top(_ size: Int) -> Top {
    let sorted = sorted
    let resolution = sorted.resolution
    var left = size
    for bin in sorted.bins.reversed() {
      if bin.count >= left {
        return Top(
          resolution: resolution, lastBin: bin.number,
          shareOfLastBin: Double(left) / Double(bin.count))
      }
      left -= bin.count
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
    let bins = middles
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
