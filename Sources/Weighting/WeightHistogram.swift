internal import Platform

/// How many documents have which weight, in memory of fixed size.
///
/// Bins are 2⁻ʳ wide, r as large as 2¹⁵ bins allow, and no larger than 24; beyond 2³⁸ their width grows with the weights, so
/// that there are bins for all weights. What it holds depends on the weights alone, not on their order: another order would
/// have let other bins join earlier, but the same ones in the end.
package struct WeightHistogram: Sendable {
  private static let binLimit = 1 << 15
  private static let pendingLimit = 1 << 14
  private static let finestResolution = 24

  fileprivate struct Bin {
    /// The weights from number × 2⁻ʳ on, up to the next bin's; see ``WeightHistogram/finestNumber(_:)`` for large ones.
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

  /// - Precondition: `weight` is finite.
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
    finestNumber(weight) >> (finestResolution - resolution)
  }

  /// Below 2³⁸ in size a multiple of 2⁻²⁴. Beyond, where that would not fit, each double has a number of its own: the 986
  /// exponents that are left have 2⁵² each, which is less than 2⁶².
  private static func finestNumber(_ weight: Double) -> Int {
    let size = abs(weight)
    guard size >= linearLimit else {
      return Int(scalbn(weight, Int32(finestResolution)).rounded(.down))
    }
    let number = linearNumbers + Int(size.bitPattern - linearLimit.bitPattern)
    return weight > 0 ? number : -number
  }

  private static let linearLimit = 0x1p38
  private static let linearNumbers = 1 << 62

  /// The weight in the middle of a bin.
  private static func middle(_ number: Int, _ resolution: Int) -> Double {
    let shift = finestResolution - resolution
    if abs(number) < linearNumbers >> shift {
      return scalbn(Double(number) + 0.5, Int32(-resolution))
    }
    let finest = number << shift &+ (shift > 0 ? 1 << (shift - 1) : 0)
    guard abs(finest) >= linearNumbers else { return Double(finest) * 0x1p-24 }
    let bits = linearLimit.bitPattern + UInt64(abs(finest) - linearNumbers)
    let size = Double(bitPattern: min(bits, Double.greatestFiniteMagnitude.bitPattern))
    return finest > 0 ? size : -size
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
  var middles: [(weight: Double, count: Int)] {
    let sorted = sorted
    return sorted.bins.reversed()
      .map { (Self.middle($0.number, sorted.resolution), $0.count) }
  }

  // MARK: Top-k

  /// Which of the weights are among the largest.
  package struct Top: Sendable {
    fileprivate var resolution: Int
    fileprivate var lastBin: Int
    fileprivate var shareOfLastBin: Double
    /// All of them, by number.
    fileprivate var bins: [Bin]

    /// The probability that a document of this weight is among them: 1 or 0, but for the bin that the border runs through.
    ///
    /// - Parameter weight: may be off by what adding noise to it, and taking that away again, rounds. So it is looked for in all
    ///   bins that are as near: ratings are often whole numbers, with which bins begin. Only where bins are no wider than what is
    ///   rounded, the nearest is taken for it.
    package func contains(_ weight: Double) -> Double {
      let number = WeightHistogram.number(weight, resolution)
      let error = (abs(weight) + Self.largestNoise) * 0x1p-51
      let first = WeightHistogram.number(weight - error, resolution)
      let last = WeightHistogram.number(weight + error, resolution)
      guard abs(weight) < Self.largestBlurred else {
        return share(ofBin: nearest(to: number, first...last) ?? number)
      }
      var place = place(notBefore: first)
      var (count, inside) = (0.0, 0.0)
      while place < bins.count, bins[place].number <= last {
        count += Double(bins[place].count)
        inside += Double(bins[place].count) * share(ofBin: bins[place].number)
        place += 1
      }
      return count > 0 ? inside / count : share(ofBin: number)
    }

    /// The number of the bin that is nearest to `number`; nil if there is none in the range.
    private func nearest(to number: Int, _ range: ClosedRange<Int>) -> Int? {
      let place = place(notBefore: number)
      let above = place < bins.count && bins[place].number <= range.upperBound
      let below = place > 0 && bins[place - 1].number >= range.lowerBound
      guard above, below else {
        return above ? bins[place].number : below ? bins[place - 1].number : nil
      }
      let isAbove = bins[place].number - number <= number - bins[place - 1].number
      return bins[isAbove ? place : place - 1].number
    }

    private func share(ofBin number: Int) -> Double {
      number > lastBin ? 1 : number == lastBin ? shareOfLastBin : 0
    }

    /// The place of the first bin that isn't before `number`.
    private func place(notBefore number: Int) -> Int {
      var (low, high) = (0, bins.count)
      while low < high {
        let middle = (low + high) / 2
        if bins[middle].number < number { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// No double's Gumbel noise is larger: −ln(−ln(1 − 2⁻⁵³)) is 36.7.
    private static let largestNoise = 64.0
    /// Beyond, a double is as wide as a bin.
    private static let largestBlurred = 0x1p28
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
          shareOfLastBin: Double(left) / Double(bin.count), bins: sorted.bins)
      }
      left -= bin.count
    }
    return Top(resolution: resolution, lastBin: .min, shareOfLastBin: 1, bins: sorted.bins)
  }
}
