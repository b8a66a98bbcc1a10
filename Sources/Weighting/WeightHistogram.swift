internal import Platform

/// The number of documents of each weight, in memory of fixed size.
///
/// Bins are 2⁻ʳ wide, where r is the largest number up to 24 that needs no more than 2¹⁵ bins.
/// Beyond 2³⁸ their width grows with the weights, so that there are bins for all weights. The
/// content depends on the weights alone, not on their order. In another order, bins would have
/// joined at other times, but they are the same in the end.
package struct WeightHistogram: Sendable {
  private static let binLimit = 1 << 15
  private static let pendingLimit = 1 << 14
  private static let finestResolution = 24

  fileprivate struct Bin {
    /// The bin holds the weights from number × 2⁻ʳ on, up to those of the next bin. For large
    /// weights, see ``WeightHistogram/finestNumber(_:)``.
    var number: Int
    var count: Int
  }

  /// By number. No number is there twice.
  private var bins: [Bin] = []
  /// The bins' numbers of single documents, in no order. They are sorted in together, as one at a
  /// time would cost too much.
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

  /// The bin's number at the finest resolution: a multiple of 2⁻²⁴ below 2³⁸ in size. That would
  /// not fit beyond, where each double has a number of its own: the 986 exponents that are left
  /// have 2⁵² numbers each, which is less than 2⁶² in all.
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

  /// Joins bins until there are no more than the limit.
  private mutating func joinBins() {
    guard bins.count > Self.binLimit else { return }
    // Neighbours whose numbers differ in bit b at most join when bins are 2ᵇ⁺¹ times as wide.
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

  /// The bins by falling weight: the weight in the middle, and the number of documents.
  ///
  /// - Complexity: O(*n* log *n*) for *n* bins.
  var middles: [(weight: Double, count: Int)] {
    let sorted = sorted
    return sorted.bins.reversed()
      .map { (Self.middle($0.number, sorted.resolution), $0.count) }
  }

  // MARK: Top-k

  /// The bins of the largest weights.
  package struct Top: Sendable {
    fileprivate var resolution: Int
    fileprivate var lastBin: Int
    fileprivate var shareOfLastBin: Double
    /// All bins, by number.
    fileprivate var bins: [Bin]

    /// The probability that a document of this weight is among the largest. It is 1 or 0, except in
    /// the bin that the border runs through.
    ///
    /// - Parameter weight: may be off by a rounding error, since noise was added to it and taken
    ///   away again. It is therefore looked for in all bins within that error: ratings are often
    ///   whole numbers, which are the borders of bins. Where bins are no wider than the error, the
    ///   nearest bin is taken for it.
    /// - Complexity: O(log *n*) for *n* bins.
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
    /// The gap between neighbouring doubles beyond this is as wide as a bin.
    private static let largestBlurred = 0x1p28
  }

  /// The largest weights.
  ///
  /// - Parameter size: their number.
  /// - Complexity: O(*n* log *n*) for *n* bins.
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
