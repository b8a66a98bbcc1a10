internal import CSimdjson
internal import CVector
package import Files
package import Platform

/// Validates a whole line as JSON, and finds its text and the values of other fields.
///
///     var parser = try DocumentParser(textField: "meta.doc.text", fields: ["id", "meta.quality"])
///     var parser = try DocumentParser(textField: "messages[].content")
///     try parser.parse(lineRange, of: &chunk.bytes) { text in … }
///     try parser.parse(lineRange, of: &chunk.bytes) { text, fields in … }
///
/// Use one parser per thread: it owns scratch memory and reuses it from line to line.
///
/// ``JSONScanner`` reads the lines where the processor has vectors. Elsewhere simdjson does, and
/// the scanner reads what simdjson can't. A text that isn't simply one field is found by
/// ``TextFinder``, once the line is known to be valid.
@safe package struct DocumentParser: ~Copyable {
  /// The limit for simdjson. ``JSONScanner``, which unescapes texts in place, reads longer lines.
  ///
  /// simdjson's scratch memory is about 14 times the line.
  static let longLine = 1 << 20

  /// simdjson's parser; nil with vectors.
  ///
  /// It is made by `init`, freed by `deinit`, and never copied out of this type.
  private let parser: OpaquePointer?
  private var scanner: JSONScanner
  private let fieldCount: Int
  /// Finds the text, unless its path is plain.
  private var finder: TextFinder?
  /// Whether each field of the text has been found so far; empty for a plain path.
  var foundFields: [Bool] { finder?.foundFields ?? [] }
  /// Stands between the parts of a text.
  private let joint: [UInt8]
  /// The text that was joined from parts, or the unescaped text of a line below the limit for long
  /// lines.
  private var scratch = ByteBuffer()

  /// - Parameters:
  ///   - textField: one that can't be parsed is taken as a ``FieldPath``.
  ///   - fields: further fields, each as a ``FieldPath``.
  /// - Throws: ``SystemError`` of operation `allocate`.
  package init(textField: TextField, fields: [String] = []) throws(SystemError) {
    try self.init(textField: textField, fields: fields, usesVectors: Vectors.areSupported)
  }

  init(textField: TextField, fields: [String], usesVectors: Bool) throws(SystemError) {
    let expression = TextExpression(reading: textField.expression)
    joint = Array(textField.joint.utf8)
    let keys = expression.plainKeys
    if keys == nil {
      finder = TextFinder(expression, written: textField.expression)
    }
    // With a finder, nobody asks for the text at this path.
    let (path, fields) = (keys ?? [[]], fields.map(FieldPath.keys))
    scanner = JSONScanner(
      path: path, fields: fields, usesVectors: usesVectors, keepsStrings: keys == nil)
    fieldCount = fields.count
    unsafe parser = usesVectors ? nil : try Self.makeParser(path, fields: fields)
  }

  /// Makes simdjson's parser for a path and fields.
  @unsafe
  private static func makeParser(
    _ path: [[UInt8]], fields: [[[UInt8]]]
  ) throws(SystemError) -> OpaquePointer {
    guard let parser = unsafe dsel_json_parser_create() else {
      throw SystemError.outOfMemory()
    }
    for key in path {
      // SAFETY: simdjson copies the key.
      let isAppended = unsafe key.withUnsafeBytes { bytes in
        unsafe dsel_json_parser_append_key(
          parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
      }
      // There is no memory for a few bytes that the user has typed.
      precondition(isAppended == 1, "out of memory")
    }
    for (number, keys) in fields.enumerated() {
      for key in keys {
        // SAFETY: simdjson copies the key.
        let isAppended = unsafe key.withUnsafeBytes { bytes in
          unsafe dsel_json_parser_append_field_key(
            parser, number, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        precondition(isAppended == 1, "out of memory")
      }
    }
    return unsafe parser
  }

  deinit {
    if let parser = unsafe parser { unsafe dsel_json_parser_destroy(parser) }
  }

  /// Calls `body` with the line's text, unescaped, in UTF-8.
  ///
  /// The call may change the bytes of `range`: escapes in a long line are resolved in place.
  ///
  /// - Throws: ``InvalidLine``, ``SystemError`` of operation `allocate`, and what `body` throws.
  package mutating func parse(
    _ range: Range<Int>, of bytes: inout ByteBuffer, _ body: (Span<UInt8>) throws -> Void
  ) throws {
    if finder != nil {
      _ = try findParts(range, of: bytes)
      return try passParts(range, of: &bytes, body)
    }
    if try parseBySimdjson(range, of: bytes, body) { return }
    try scanner.scan(bytes.span.extracting(range))
    try passText(range, of: &bytes, body)
  }

  /// Calls `body` with the line's text and the values of the parser's fields, in their order.
  ///
  /// The call may change the bytes of `range`: escapes in a long line are resolved in place.
  ///
  /// - Throws: ``InvalidLine``, ``SystemError`` of operation `allocate`, and what `body` throws.
  package mutating func parse(
    _ range: Range<Int>, of bytes: inout ByteBuffer,
    _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws {
    if finder != nil {
      let isOfSimdjson = try findParts(range, of: bytes)
      let values =
        isOfSimdjson
        ? (0..<fieldCount).map { value(ofField: $0) }
        : scanner.fields.map { FieldValue($0, in: bytes.span.extracting(range)) }
      return try passParts(range, of: &bytes) { text in try body(text, values) }
    }
    let isParsed = try parseBySimdjson(range, of: bytes) { text in
      try body(text, (0..<fieldCount).map { value(ofField: $0) })
    }
    if isParsed { return }
    try scanner.scan(bytes.span.extracting(range))
    // The fields come before escapes are resolved in place, because a field may be the text itself.
    let values = scanner.fields.map { FieldValue($0, in: bytes.span.extracting(range)) }
    try passText(range, of: &bytes) { text in try body(text, values) }
  }

  /// Checks that the line is a document, and leaves its bytes unchanged.
  ///
  /// - Throws: the errors of ``parse(_:of:_:)``.
  package mutating func validate(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer
  ) throws {
    if finder != nil {
      _ = try findParts(range, of: bytes)
      return
    }
    if try parseBySimdjson(range, of: bytes, { _ in }) { return }
    try scanner.scan(bytes.span.extracting(range))
  }

  /// Calls `body` with the text of the line that the scanner has read.
  private mutating func passText(
    _ range: Range<Int>, of bytes: inout ByteBuffer, _ body: (Span<UInt8>) throws -> Void
  ) throws {
    try pass(scanner.text, range, of: &bytes, body)
  }

  /// Calls `body` with a string of the line, unescaped.
  private mutating func pass(
    _ raw: JSONScanner.RawString, _ range: Range<Int>, of bytes: inout ByteBuffer,
    _ body: (Span<UInt8>) throws -> Void
  ) throws {
    let string = raw.range.lowerBound + range.lowerBound..<raw.range.upperBound + range.lowerBound
    guard raw.hasEscapes else { return try body(bytes.span.extracting(string)) }
    guard scanner.usesVectors, range.count <= Self.longLine else {
      var all = bytes.mutableSpan
      let text = JSONScanner.unescape(string, in: &all)
      return try body(all.span.extracting(text))
    }
    scratch.removeAll(keepingCapacityUpTo: Self.longLine)
    try scratch.reserve(additional: string.count)
    Self.appendUnescaped(string, of: bytes, to: &scratch)
    try body(scratch.span)
  }

  /// Appends a string without its escapes, by vectors.
  ///
  /// - Precondition: there is room for it.
  private static func appendUnescaped(
    _ string: Range<Int>, of bytes: borrowing ByteBuffer, to scratch: inout ByteBuffer
  ) {
    scratch.append(upTo: string.count) { output in
      unsafe output.withUnsafeMutableBufferPointer { text, count in
        unsafe bytes.span.withUnsafeBufferPointer { bytes in
          guard let start = bytes.baseAddress, let text = text.baseAddress else { return }
          // SAFETY: an unescaped string is never longer than its escapes, and both buffers have
          // ByteBuffer's padding.
          count = unsafe dsel_vector_unescape(start + string.lowerBound, string.count, text)
        }
      }
    }
  }

  // MARK: Texts of several parts

  /// Validates the line, and finds the parts of its text.
  ///
  /// - Returns: whether simdjson has the line's fields.
  private mutating func findParts(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer
  ) throws -> Bool {
    let isChecked = try checkBySimdjson(range, of: bytes)
    let line = bytes.span.extracting(range)
    if !isChecked { try scanner.check(line) }
    try finder?.find(in: line, &scanner.strings)
    return isChecked
  }

  /// Calls `body` with the text, joined from the parts that were found.
  private mutating func passParts(
    _ range: Range<Int>, of bytes: inout ByteBuffer, _ body: (Span<UInt8>) throws -> Void
  ) throws {
    guard let parts = finder?.parts, let first = parts.first else {
      return try body(bytes.span.extracting(range.lowerBound..<range.lowerBound))
    }
    if parts.count == 1 { return try pass(first.string, range, of: &bytes, body) }
    scratch.removeAll(keepingCapacityUpTo: Self.longLine)
    let joint = joint
    var count = joint.count * (parts.count - 1)
    for part in parts { count += part.string.range.count }
    try scratch.reserve(additional: count)
    for (number, part) in parts.enumerated() {
      if number > 0 { try scratch.append(joint.span) }
      let raw = part.string
      let string =
        raw.range.lowerBound + range.lowerBound..<raw.range.upperBound + range.lowerBound
      if raw.hasEscapes, scanner.usesVectors {
        Self.appendUnescaped(string, of: bytes, to: &scratch)
        continue
      }
      let start = scratch.count
      try scratch.append(bytes.span.extracting(string))
      guard raw.hasEscapes else { continue }
      let whole = start..<scratch.count
      let end = Self.unescape(whole, in: &scratch)
      scratch.truncate(to: end)
    }
    try body(scratch.span)
  }

  /// Resolves the escapes of a string in place, and returns its new end.
  private static func unescape(_ string: Range<Int>, in buffer: inout ByteBuffer) -> Int {
    var all = buffer.mutableSpan
    return JSONScanner.unescape(string, in: &all).upperBound
  }

  /// Validates the line with simdjson.
  ///
  /// - Returns: false if that isn't decided: as for ``parseBySimdjson``.
  private func checkBySimdjson(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer
  ) throws -> Bool {
    guard range.count <= Self.longLine, let parser = unsafe parser else { return false }
    // Anything but an object gets its message from the scanner.
    var start = range.lowerBound
    while start < range.upperBound, bytes.span[start] == 0x20 { start += 1 }
    guard start < range.upperBound, bytes.span[start] == UInt8(ascii: "{") else { return false }
    let status = unsafe bytes.span.withUnsafeBufferPointer { all in
      guard let start = all.baseAddress else { return dsel_json_rejected }
      // SAFETY: as for ``parseBySimdjson``.
      var text: UnsafePointer<UInt8>?
      var count = 0
      return unsafe dsel_json_parser_parse(
        parser, start + range.lowerBound, range.count, &text, &count)
    }
    if status == dsel_json_out_of_memory { throw SystemError.outOfMemory() }
    return status == dsel_json_text_found || status == dsel_json_no_text
  }

  // MARK: simdjson

  /// Reads the line with simdjson.
  ///
  /// - Returns: false, without having called `body`, if the line is long, simdjson finds no text,
  ///   or there is no simdjson parser.
  private func parseBySimdjson(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer,
    _ body: (Span<UInt8>) throws -> Void
  ) throws -> Bool {
    guard range.count <= Self.longLine, let parser = unsafe parser else { return false }
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
        throw SystemError.outOfMemory()
      default: return false
      }
    }
  }

  /// A field of the line that simdjson has just read.
  private func value(ofField number: Int) -> FieldValue {
    // SAFETY: the field was appended by `init`, and its string is copied before the parser's next
    // use.
    let value = unsafe dsel_json_parser_find_field(parser, number)
    switch unsafe value.kind {
    case dsel_json_string:
      let bytes = unsafe UnsafeBufferPointer(start: value.string, count: value.string_length)
      return unsafe .string(String(decoding: bytes, as: UTF8.self))
    case dsel_json_signed: return unsafe FieldValue(value.signed_integer)
    case dsel_json_unsigned: return unsafe FieldValue(value.unsigned_integer)
    case dsel_json_double: return unsafe .number(value.number)
    case dsel_json_true: return .boolean(true)
    case dsel_json_false: return .boolean(false)
    case dsel_json_null: return .null
    case dsel_json_container: return .other
    default: return .missing
    }
  }
}
