/// Writes JSON by hand where a line a document is written: an encoder would cost more than weighing.
extension [UInt8] {
  /// Appends a string in quotes, with the escapes that JSON asks for, and such of the other control characters (DEL, and
  /// U+0080 to U+009F, which some terminals obey).
  package mutating func append(jsonString text: some StringProtocol) {
    append(UInt8(ascii: "\""))
    var previous: UInt8 = 0
    for byte in text.utf8 {
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
    append(UInt8(ascii: "\""))
  }

  private mutating func append(escapeOf scalar: UInt8) {
    append(contentsOf: "\\u00".utf8)
    append(contentsOf: String(scalar >> 4, radix: 16).utf8)
    append(contentsOf: String(scalar & 15, radix: 16).utf8)
  }

  /// Appends a number in decimal.
  package mutating func append(decimal value: some FixedWidthInteger & UnsignedInteger) {
    let start = count
    var rest = value
    repeat {
      append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    self[start...].reverse()
  }

  /// Appends a number in decimal.
  ///
  /// - Precondition: it is not negative.
  package mutating func append(decimal value: Int) { append(decimal: UInt64(value)) }
}

extension UInt64 {
  /// Sixteen hexadecimal digits, as `xxhsum` prints a hash.
  package var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
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
