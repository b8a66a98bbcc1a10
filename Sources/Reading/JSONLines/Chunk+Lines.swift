internal import Files

/// A chunk of lines.
extension Chunk {
  /// The next line from `position` on, without its line end (LF or CRLF) and without a byte order
  /// mark; nil at the end of the chunk. Moves `position` to where the next line begins.
  ///
  /// Files that begin with a mark get concatenated, so a mark may stand at the beginning of any
  /// line.
  func nextLine(from position: inout Int) -> Range<Int>? {
    guard position < bytes.count else { return nil }
    var start = position
    let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? bytes.count
    position = end + 1
    let last = end > start && bytes.span[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
    // There are several where one of the files was a mark alone.
    while last - start >= ByteOrderMark.byteCount, ByteOrderMark.begins(bytes.span, at: start) {
      start += ByteOrderMark.byteCount
    }
    // A mark alone at the end is no line.
    if start == bytes.count { return nil }
    return start..<last
  }

  /// True if the line holds nothing but JSON's white space.
  func isBlank(_ line: Range<Int>) -> Bool {
    let bytes = bytes.span
    for index in line {
      switch bytes[index] {
      case 0x20, 0x09, 0x0D: continue
      default: return false
      }
    }
    return true
  }
}
