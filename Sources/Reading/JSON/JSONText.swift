internal import Compression

/// Writes JSON by hand, one line per document: an encoder would cost more than weighing.
extension [UInt8] {
  /// Appends a string in quotes.
  ///
  /// It escapes the characters that JSON requires, and the other control characters that some
  /// terminals obey: DEL, and U+0080 to U+009F.
  package mutating func append(jsonString text: String) {
    append(UInt8(ascii: "\""))
    let utf8 = text.utf8
    let bytes = utf8.span
    if Self.isPlain(bytes) { append(copying: bytes) } else { append(escaping: bytes) }
    append(UInt8(ascii: "\""))
  }

  /// Whether no byte needs an escape. False may be a false alarm.
  private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20, 0x7F, 0xC2: return false
      default: continue
      }
    }
    return true
  }

  private mutating func append(escaping bytes: Span<UInt8>) {
    var previous: UInt8 = 0
    for index in bytes.indices {
      let byte = bytes[index]
      defer { previous = byte }
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case 0x0A: append(contentsOf: "\\n".utf8)
      case 0x09: append(contentsOf: "\\t".utf8)
      case 0x0D: append(contentsOf: "\\r".utf8)
      case 0..<0x20, 0x7F: append(escapeOf: byte)
      case 0x80..<0xA0 where previous == 0xC2:
        removeLast()
        append(escapeOf: byte)
      default: append(byte)
      }
    }
  }

  private mutating func append(escapeOf scalar: UInt8) {
    append(contentsOf: "\\u00".utf8)
    append(contentsOf: String(scalar >> 4, radix: 16).utf8)
    append(contentsOf: String(scalar & 15, radix: 16).utf8)
  }

  /// Appends a number in decimal.
  package mutating func append(decimal value: UInt64) {
    append(addingCapacity: UInt64.mostDigits) { output in output.append(decimal: value) }
  }

  /// Appends sixteen hexadecimal digits: ``Swift/UInt64/hexadecimal``.
  package mutating func append(hexadecimal value: UInt64) {
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift) & 15)
      append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
    }
  }

  /// Appends a number in decimal.
  ///
  /// - Precondition: it is not negative.
  package mutating func append(decimal value: Int) { append(decimal: UInt64(value)) }
}

extension OutputSpan<UInt8> {
  /// Appends a number in decimal: ``Swift/UInt64/mostDigits`` bytes at most.
  package mutating func append(decimal value: UInt64) {
    // Most numbers are counts of one digit.
    if value < 10 { return append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var first = UInt64.mostDigits
    var rest = value
    while rest > 0 {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    for index in first..<UInt64.mostDigits { append(digits[index]) }
  }
}

extension UInt64 {
  /// The largest number of decimal digits.
  package static let mostDigits = 20

  /// Sixteen hexadecimal digits, as `xxhsum` prints a hash.
  package var hexadecimal: String {
    var digits: [UInt8] = []
    digits.append(hexadecimal: self)
    return String(decoding: digits, as: UTF8.self)
  }

  /// - Parameter hexadecimal: sixteen lower-case digits; nil for anything else.
  package init?(hexadecimal text: some StringProtocol) {
    let isHexadecimal = text.utf8.allSatisfy {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
    }
    guard text.utf8.count == 16, isHexadecimal else { return nil }
    self.init(text, radix: 16)
  }
}
