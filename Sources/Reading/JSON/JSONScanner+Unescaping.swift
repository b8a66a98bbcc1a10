/// The meaning of the escapes in a valid string.
extension JSONScanner {
  /// Resolves the escapes of a valid string in place: the result is never longer than the escapes.
  ///
  /// - Returns: the range of the result in `bytes`. The bytes after it, up to the string's old end,
  ///   are unspecified.
  static func unescape(_ string: Range<Int>, in bytes: inout MutableSpan<UInt8>) -> Range<Int> {
    let (start, end) = (string.lowerBound, string.upperBound)
    var read = start
    var write = start
    while read < end {
      guard bytes[read] == UInt8(ascii: "\\") else {
        bytes[write] = bytes[read]
        read += 1
        write += 1
        continue
      }
      let (resolved, length) = resolveEscape(bytes.span, at: read)
      for byte in resolved {
        bytes[write] = byte
        write += 1
      }
      read += length
    }
    return start..<write
  }

  /// Returns a valid string without its escapes, in a new array: for short strings such as keys.
  static func unescaped(_ raw: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var read = 0
    while let escape = raw.firstIndex(of: UInt8(ascii: "\\"), from: read) {
      result.append(copying: raw.extracting(read..<escape))
      let (bytes, length) = resolveEscape(raw, at: escape)
      result += bytes
      read = escape + length
    }
    result.append(copying: raw.extracting(read..<raw.count))
    return result
  }

  /// The UTF-8 for the escape at `start` of a valid string, and the escape's length.
  private static func resolveEscape(_ line: Span<UInt8>, at start: Int) -> (String.UTF8View, Int) {
    switch line[start + 1] {
    case UInt8(ascii: "b"): return ("\u{8}".utf8, 2)
    case UInt8(ascii: "f"): return ("\u{C}".utf8, 2)
    case UInt8(ascii: "n"): return ("\n".utf8, 2)
    case UInt8(ascii: "r"): return ("\r".utf8, 2)
    case UInt8(ascii: "t"): return ("\t".utf8, 2)
    case UInt8(ascii: "u"):
      let unit = codeUnit(line, at: start) ?? 0xFFFD
      guard 0xD800...0xDBFF ~= unit, let low = codeUnit(line, at: start + 6) else {
        return (String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8, 6)
      }
      let value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      return (String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8, 12)
    default:
      return (String(Unicode.Scalar(line[start + 1])).utf8, 2)
    }
  }
}
