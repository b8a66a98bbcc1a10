import Files
import TestSupport
import Testing

@testable import Reading

/// The values of fields other than the text, as simdjson and the scanner find them.
@Suite struct FieldTests {
  private static let fields = [
    "meta", "doc", "texts", "text", "", #"a"b"#, "é", "meta.doc", "meta.text", "meta.meta.doc",
    "doc.", ".",
  ]

  @Test(arguments: 0..<8 as Range<UInt64>, ["text", "meta.text"])
  func `The scanner finds the values that simdjson finds`(seed: UInt64, textField: String) throws {
    var lines = LineGenerator(seed: 7_000 + seed)
    var foundCount = 0
    for _ in 0..<1000 {
      let line = lines.line()
      guard case .success(let expected) = scanFields(line, textField, Self.fields) else { continue }
      foundCount += 1
      let found = try parseFields(line, textField, Self.fields)
      #expect(found == expected, "\(String(decoding: line, as: UTF8.self))")
    }
    #expect(foundCount > 12)
  }

  private static let values: [(String, FieldValue)] = [
    (#""a\u00e9\n\ud83d\ude00""#, .string("aé\n😀")), (#""""#, .string("")), ("0", .number(0)),
    ("-0", .number(0)), ("-0.0", .number(0)), ("7", .number(7)), ("-12.5e1", .number(-125)),
    ("0.1", .number(0.1)),
    ("1E2", .number(100)), ("1e-400", .number(0)), ("5e-324", .number(.leastNonzeroMagnitude)),
    // 2⁵³ is the last integer whose neighbours are also doubles.
    ("9007199254740992", .number(9_007_199_254_740_992)),
    ("-9007199254740992", .number(-9_007_199_254_740_992)),
    ("9007199254740993", .largeNumber("9007199254740993")),
    ("-9007199254740993", .largeNumber("-9007199254740993")),
    ("-9223372036854775808", .largeNumber("-9223372036854775808")),
    ("9223372036854775808", .largeNumber("9223372036854775808")),
    ("18446744073709551615", .largeNumber("18446744073709551615")),
    // These exceed simdjson's limits, so the scanner reads the line.
    ("18446744073709551616", .largeNumber("18446744073709551616")),
    ("1e400", .largeNumber("1e400")),
    ("-1e999", .largeNumber("-1e999")), ("9007199254740993.0", .number(9_007_199_254_740_992)),
    ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null), ("[1]", .other),
    ("{}", .other),
  ]

  /// Longer lines go to the scanner.
  private static let paddings = [0, DocumentParser.longLine]

  @Test(arguments: values, paddings)
  func `A value is read as JSON defines it`(value: (String, FieldValue), padding: Int) throws {
    let blanks = String(repeating: " ", count: padding)
    let line = #"{"a":{"b": \#(value.0) ,"c":1},\#(blanks)"text":"x"}"#
    let found = try parseFields(
      Array(line.utf8), "text", ["a.b", "a.x", "a.b.c", "a", "text", "b"])
    #expect(
      found
        == Found(text: "x", fields: [value.1, .missing, .missing, .other, .string("x"), .missing]))
  }

  @Test(arguments: paddings)
  func `The first of duplicate keys counts, separately for each field`(padding: Int) throws {
    let blanks = String(repeating: " ", count: padding)
    let line =
      #"{"a":1,"a":{"b":2},"c":{"d":3},\#(blanks)"c":{"d":4,"e":5},"text":"x","f":{"g":6,"g":7}}"#
    let found = try parseFields(Array(line.utf8), "text", ["a", "a.b", "c.d", "c.e", "f.g"])
    #expect(found.fields == [.number(1), .missing, .number(3), .missing, .number(6)])
  }

  @Test(arguments: paddings)
  func `The text may be one of the fields, and have escapes`(padding: Int) throws {
    let blanks = String(repeating: " ", count: padding)
    let line = #"{"id":"\u0041",\#(blanks)"text":"\ta\n\u00e9 and more","z":"\u005a"}"#
    let found = try parseFields(Array(line.utf8), "text", ["text", "id", "z"])
    #expect(found.text == "\ta\né and more")
    #expect(found.fields == [.string("\ta\né and more"), .string("A"), .string("Z")])
  }

  @Test func `Values of one line aren't kept for the next`() throws {
    var parser = DocumentParser(textField: "text", fields: ["id"])
    var seen: [[FieldValue]] = []
    for line in [#"{"text":"a","id":"one"}"#, #"{"text":"b"}"#, #"{"text":"c","id":3}"#] {
      var buffer = ByteBuffer()
      try buffer.append(Array(line.utf8).span)
      try parser.parse(0..<line.utf8.count, of: &buffer) { _, fields in seen.append(fields) }
    }
    #expect(seen == [[.string("one")], [.missing], [.number(3)]])
  }

  // MARK: Readers

  private struct Found: Equatable {
    var text: String
    var fields: [FieldValue]
  }

  private func parseFields(
    _ line: [UInt8], _ textField: String, _ fields: [String]
  ) throws -> Found {
    var found: [Found] = []
    for kernels in Kernels.available {
      var buffer = ByteBuffer()
      try buffer.append(Array("before".utf8).span)
      let start = buffer.count
      try buffer.append(line.span)
      try buffer.append(Array("\nbehind".utf8).span)
      var parser = DocumentParser(
        textField: TextField(textField), fields: fields, kernels: kernels)
      try parser.parse(start..<(start + line.count), of: &buffer) { text, fields in
        found.append(
          Found(text: String(decoding: array(of: text), as: UTF8.self), fields: fields))
      }
    }
    try #require(found.count == Kernels.available.count)
    #expect(found.allSatisfy { $0 == found[0] })
    return found[0]
  }

  private func scanFields(
    _ line: [UInt8], _ textField: String, _ fields: [String]
  ) -> Result<Found, InvalidLine> {
    do throws(InvalidLine) {
      var scanner = JSONScanner(path: keys(of: textField), fields: fields.map { keys(of: $0) })
      try scanner.scan(line.span)
      let text = JSONScanner.unescaped(line.span.extracting(scanner.text.range))
      return .success(
        Found(
          text: String(decoding: text, as: UTF8.self),
          fields: scanner.fields.map { FieldValue($0, in: line.span) }))
    } catch {
      return .failure(error)
    }
  }
}
