internal import CVector
package import Files

/// Validates a whole line as JSON, and finds its text and the values of other fields.
///
///     var parser = try DocumentParser(textField: "meta.doc.text", fields: ["id", "meta.quality"])
///     var parser = try DocumentParser(textField: "messages[].content")
///     try parser.parse(lineRange, of: &chunk.bytes) { text in … }
///     try parser.parse(lineRange, of: &chunk.bytes) { text, fields in … }
///
/// Use one parser per thread: it owns scratch memory and reuses it from line to line.
///
/// ``JSONScanner`` reads the lines. A text that isn't simply one field is found by ``TextFinder``,
/// once the line is known to be valid.
@safe package struct DocumentParser: ~Copyable {
  /// The texts of longer lines are unescaped in place, so that no line is held twice.
  static let longLine = 1 << 20

  private let kernels: Kernels
  private var scanner: JSONScanner
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
  package init(textField: TextField, fields: [String] = []) {
    self.init(textField: textField, fields: fields, kernels: .chosen)
  }

  init(textField: TextField, fields: [String], kernels: Kernels) {
    self.kernels = kernels
    let expression = TextExpression(reading: textField.expression)
    joint = Array(textField.joint.utf8)
    let keys = expression.plainKeys
    if keys == nil {
      finder = TextFinder(expression, written: textField.expression)
    }
    // With a finder, nobody asks for the text at this path.
    let (path, fields) = (keys ?? [[]], fields.map(FieldPath.keys))
    scanner = JSONScanner(
      path: path, fields: fields, kernels: kernels, keepsStrings: keys == nil)
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
      try findParts(range, of: bytes)
      return try passParts(range, of: &bytes, body)
    }
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
      try findParts(range, of: bytes)
      let values = scanner.fields.map { FieldValue($0, in: bytes.span.extracting(range)) }
      return try passParts(range, of: &bytes) { text in try body(text, values) }
    }
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
      try findParts(range, of: bytes)
      return
    }
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
    guard range.count <= Self.longLine else {
      var all = bytes.mutableSpan
      let text = JSONScanner.unescape(string, in: &all)
      return try body(all.span.extracting(text))
    }
    scratch.removeAll(keepingCapacityUpTo: Self.longLine)
    try scratch.reserve(additional: string.count)
    Self.appendUnescaped(string, of: bytes, to: &scratch, kernels)
    try body(scratch.span)
  }

  /// Appends a string without its escapes.
  ///
  /// - Precondition: there is room for it.
  private static func appendUnescaped(
    _ string: Range<Int>, of bytes: borrowing ByteBuffer, to scratch: inout ByteBuffer,
    _ kernels: Kernels
  ) {
    scratch.append(upTo: string.count) { output in
      unsafe output.withUnsafeMutableBufferPointer { text, count in
        unsafe bytes.span.withUnsafeBufferPointer { bytes in
          guard let start = bytes.baseAddress, let text = text.baseAddress else { return }
          // SAFETY: an unescaped string is never longer than its escapes, and both buffers have
          // ByteBuffer's padding.
          count = unsafe dsel_unescape(
            kernels.backend, start + string.lowerBound, string.count, text)
        }
      }
    }
  }

  // MARK: Texts of several parts

  /// Validates the line, and finds the parts of its text.
  private mutating func findParts(
    _ range: Range<Int>, of bytes: borrowing ByteBuffer
  ) throws {
    let line = bytes.span.extracting(range)
    try scanner.check(line)
    try finder?.find(in: line, &scanner.strings)
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
      if raw.hasEscapes {
        Self.appendUnescaped(string, of: bytes, to: &scratch, kernels)
      } else {
        try scratch.append(bytes.span.extracting(string))
      }
    }
    try body(scratch.span)
  }
}
