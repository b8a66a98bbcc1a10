/// How lengths are spread, in bounded memory and with a result that doesn't depend on their order.
///
/// Each length below 4,096 has its own bin. The lengths from 2ᵉ up to 2ᵉ⁺¹ share 2,048 bins of
/// equal width. So a quantile is exact up to 4,095, and above that at most 1/2,048 too small. The
/// smallest and the largest length are always exact.
package struct LengthHistogram: Sendable {
  private static let binBits = 11
  private static let exactLimit = 2 << binBits

  private var bins: [Int] = []
  package private(set) var count = 0
  package private(set) var minimum = Int.max
  package private(set) var maximum = 0

  package init() {}

  /// - Precondition: `length` is not negative.
  package mutating func add(_ length: Int) {
    add(1, toBin: Self.bin(of: length))
    count += 1
    minimum = min(minimum, length)
    maximum = max(maximum, length)
  }

  /// - Complexity: O(*n*) for *n* bins.
  package mutating func merge(_ other: LengthHistogram) {
    for (bin, count) in other.bins.enumerated() where count > 0 { add(count, toBin: bin) }
    count += other.count
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }

  /// The smallest length that at least `percent` of the lengths don't exceed: the nearest rank,
  /// ⌈`percent` n / 100⌉, but at least the first. It is rounded down to the smallest of its bin.
  ///
  /// - Parameter percent: 0 to 100.
  /// - Returns: nil without lengths.
  /// - Complexity: O(*n*) for *n* bins.
  package func quantile(percent: Int) -> Int? {
    guard count > 0 else { return nil }
    if percent == 0 { return minimum }
    if percent == 100 { return maximum }
    let rank = (count * percent + 99) / 100
    var seen = 0
    for (bin, count) in bins.enumerated() {
      seen += count
      if seen >= rank { return max(minimum, Self.smallest(ofBin: bin)) }
    }
    return maximum
  }

  /// Calls `body` with the smallest length of each bin and the number of lengths in it, from the
  /// shortest on.
  func forEachBin(_ body: (Int, Int) -> Void) {
    for (bin, count) in bins.enumerated() where count > 0 { body(Self.smallest(ofBin: bin), count) }
  }

  private mutating func add(_ added: Int, toBin bin: Int) {
    if bin >= bins.count { bins += Array(repeating: 0, count: bin + 1 - bins.count) }
    bins[bin] += added
  }

  private static func bin(of length: Int) -> Int {
    guard length >= exactLimit else { return length }
    let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
    let place = (length >> (exponent - binBits)) - (1 << binBits)
    return exactLimit + ((exponent - binBits - 1) << binBits) + place
  }

  private static func smallest(ofBin bin: Int) -> Int {
    guard bin >= exactLimit else { return bin }
    let exponent = ((bin - exactLimit) >> binBits) + binBits + 1
    let place = (bin - exactLimit) & ((1 << binBits) - 1)
    return ((1 << binBits) + place) << (exponent - binBits)
  }
}
