/// A number of more bits than a double has: a double, and what is missing from it.
struct WideNumber: Sendable, Equatable {
  let high: Double
  let low: Double

  init(_ value: Double) { (high, low) = (value, 0) }

  /// - Returns: nil for what is no finite number.
  init?(_ text: String) {
    guard let value = Double(text), value.isFinite else { return nil }
    high = value
    // Beyond 2¹²⁶ such integers are as good as their doubles.
    guard abs(value) < 0x1p126, let integer = Int128(text) else {
      low = 0
      return
    }
    low = Double(integer - Int128(value))
  }

  /// This number less another: exactly, if it has no more bits than a double.
  func distance(from other: WideNumber) -> Double { (high - other.high) + (low - other.low) }

  /// True if this one is nearer to zero; of two that are as near, if it is positive.
  func isNearer(than other: WideNumber) -> Bool {
    let (size, otherSize) = (abs(high), abs(other.high))
    if size != otherSize { return size < otherSize }
    let (rest, otherRest) = (high < 0 ? -low : low, other.high < 0 ? -other.low : other.low)
    return rest != otherRest ? rest < otherRest : high > other.high
  }
}
