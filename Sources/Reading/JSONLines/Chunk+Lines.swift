internal import Files

/// A chunk of lines.
extension Chunk {
  /// Returns the next line from `position` on; nil at the end of the chunk.
  ///
  /// The line has no line end (LF or CRLF) and no byte order mark. The call moves `position` to the
  /// start of the line after it.
  ///
  /// A mark may stand at the beginning of any line, because files with marks are concatenated.
  func nextLine(from position: inout Int) -> Range<Int>? {
    guard position < bytes.count else { return nil }
    var start = position
    let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? bytes.count
    position = end + 1
    let last = end > start && bytes.span[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
    // Several marks come together if one of the files was a mark alone.
    while last - start >= ByteOrderMark.byteCount, ByteOrderMark.begins(bytes.span, at: start) {
      start += ByteOrderMark.byteCount
    }
    // A mark alone at the end is not a line.
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
