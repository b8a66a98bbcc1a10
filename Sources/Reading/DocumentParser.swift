internal import CSimdjson
package import Files

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Finds the text of a line, after validating all of it as JSON.
///
///     var parser = try DocumentParser(textField: "meta.doc.text")
///     try parser.parse(lineRange, of: &chunk.bytes) { text in … }
///
/// One parser a thread: it owns simdjson's scratch memory and reuses it from line to line.
@safe package struct DocumentParser: ~Copyable {
  /// Longer lines go to ``JSONScanner``. simdjson's scratch memory is about 14 times the line.
  static let longLine = 1 << 20

  /// Allocated by `init`, freed by `deinit`, and never copied out of this type.
  private let parser: OpaquePointer
  private let path: [[UInt8]]

  /// - Parameter textField: keys joined by dots: `text`, or `meta.doc.text` for a nested one.
  /// - Throws: ``SystemError`` of operation `allocate`.
  package init(textField: String) throws(SystemError) {
    path = textField.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { Array($0) }
    guard let parser = unsafe dsel_json_parser_create() else {
      throw SystemError(.allocate, "the JSON parser", code: ENOMEM)
    }
    unsafe self.parser = parser
    for key in path {
      // SAFETY: simdjson copies the key.
      let isAppended = unsafe key.withUnsafeBytes { bytes in
        unsafe dsel_json_parser_append_key(
          parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
      }
      // No memory for a few bytes, of which the user has typed each.
      precondition(isAppended == 1, "out of memory")
    }
  }

  deinit { unsafe dsel_json_parser_destroy(parser) }

  /// Calls `body` with the line's text, unescaped, in UTF-8.
  ///
  /// The bytes of `range` may be changed by this: escapes in a long line are resolved in place.
  ///
  /// - Throws: ``InvalidLine``, ``SystemError`` of operation `allocate`, and what `body` throws.
  package mutating func parse(
    _ range: Range<Int>, of bytes: inout ByteBuffer, _ body: (Span<UInt8>) throws -> Void
  ) throws {
    if range.count <= Self.longLine, try parseQuickly(range, of: bytes, body) { return }
    let raw = try JSONScanner.findText(in: bytes.span.extracting(range), path: path)
    var all = bytes.mutableSpan
    let text = JSONScanner.unescape(raw, in: &all, from: range.lowerBound)
    try body(all.span.extracting(text))
  }

  /// Checks that the line is a document, and leaves its bytes as they are.
  ///
  /// - Throws: what ``parse(_:of:_:)`` throws.
  package mutating func validate(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer
  ) throws {
    if range.count <= Self.longLine, try parseQuickly(range, of: bytes, { _ in }) { return }
    _ = try JSONScanner.findText(in: bytes.span.extracting(range), path: path)
  }

  /// Reads the line with simdjson. Returns false, and hasn't called `body`, if simdjson finds no text.
  private mutating func parseQuickly(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer, _ body: (Span<UInt8>) throws -> Void
  ) throws -> Bool {
    let parser = unsafe parser
    return unsafe try bytes.span.withUnsafeBufferPointer { all in
      guard let start = all.baseAddress, !range.isEmpty else { return false }
      // SAFETY: the line lies in a ByteBuffer, whose padding is simdjson's, and simdjson keeps no
      // pointer into it. The text it returns stays valid until the parser's next use.
      var text: UnsafePointer<UInt8>?
      var count = 0
      let status = unsafe dsel_json_parser_parse(
        parser, start + range.lowerBound, range.count, &text, &count)
      switch status {
      case dsel_json_text_found:
        try unsafe body(Span(_unsafeStart: text ?? start, count: count))
        return true
      case dsel_json_out_of_memory:
        throw SystemError(.allocate, "the JSON parser", code: ENOMEM)
      default: return false
      }
    }
  }
}
