internal import Compression

/// Finds the end of a JSON string that comes in parts.
struct StringBorder {
  private(set) var isFound = false
  private var isBegun = false
  private var isEscaped = false

  /// Copies the bytes that belong to the string, and returns where they end.
  mutating func find(
    in bytes: Span<UInt8>, from start: Int, copyingTo text: inout [UInt8]
  ) -> Int {
    var end = start
    while end < bytes.count, !isFound {
      let byte = bytes[end]
      end += 1
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isFound = isBegun
        isBegun = true
      }
    }
    text.append(copying: bytes.extracting(start..<end))
    return end
  }
}
