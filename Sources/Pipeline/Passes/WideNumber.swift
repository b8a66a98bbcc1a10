/// A number with more bits than a double has: a double, and the rest.
struct WideNumber: Sendable, Equatable {
  let high: Double
  let low: Double

  init(_ value: Double) { (high, low) = (value, 0) }

  /// - Returns: nil if the text isn't a finite number.
  init?(_ text: String) {
    guard let value = Double(text), value.isFinite else { return nil }
    high = value
    // Beyond 2¹²⁶ the double alone is good enough for an integer.
    guard abs(value) < 0x1p126, let integer = Int128(text) else {
      low = 0
      return
    }
    low = Double(integer - Int128(value))
  }

  /// This number minus another: exactly, if the difference fits a double.
  func distance(from other: WideNumber) -> Double { (high - other.high) + (low - other.low) }

  /// True if this number is nearer to zero, or as near and positive while the other is negative.
  func isNearer(than other: WideNumber) -> Bool {
    let (size, otherSize) = (abs(high), abs(other.high))
    if size != otherSize { return size < otherSize }
    let (rest, otherRest) = (high < 0 ? -low : low, other.high < 0 ? -other.low : other.low)
    return rest != otherRest ? rest < otherRest : high > other.high
  }
}
