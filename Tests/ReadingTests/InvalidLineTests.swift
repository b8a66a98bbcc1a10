import Testing

@testable import Reading

/// Messages about lines that aren't documents, and long lines.
@Suite struct InvalidLineTests {
  private static let faults: [(String, InvalidLine.Fault, Int)] = [
    (#"{"text":}"#, .expectedValue, 9), (#"{"text":tru}"#, .expectedValue, 12),
    (#"{text:1}"#, .expectedKey, 2), (#"{"text" 1}"#, .expectedColon, 9),
    (#"{"text":"a" "b":1}"#, .expectedCommaOrEnd, 13), (#"{"text":"a",}"#, .trailingComma, 13),
    (#"{"b":[1,]}"#, .trailingComma, 9), (#"{"text":"a"} {"#, .trailingData, 14),
    (#"{"text":"a"#, .unterminated, 11), (#"{"text":"a\x"}"#, .badEscape, 11),
    (#"{"text":"a\u12g4"}"#, .badEscape, 11), (#"{"text":"\ud800"}"#, .loneSurrogate, 10),
    (#"{"text":01}"#, .badNumber, 10), (#"{"text":-}"#, .badNumber, 10),
    // What Python's writer of JSON makes of numbers that aren't finite, and what only begins so.
    (#"{"a":NaN}"#, .notFinite, 6), (#"{"a":[1,Infinity]}"#, .notFinite, 9),
    (#"{"a":-Infinity}"#, .notFinite, 7), (#"{"a":Nil}"#, .expectedValue, 6),
    (#"{"a":-Inf}"#, .badNumber, 7),
  ]

  @Test(arguments: faults)
  func `A fault is named at its column`(line: String, fault: InvalidLine.Fault, column: Int) {
    #expect(scan(line) == .failure(.notJSON(fault, column: column)))
  }

  private static let fieldCases: [(String, String, InvalidLine)] = [
    (#"{"a":1,"b":2}"#, "text", .missingField(path: "text", present: ["a", "b"])),
    (#"{"text":7}"#, "text", .notAString(path: "text", found: .number)),
    (#"{"meta":{"x":1}}"#, "meta.text", .missingField(path: "meta.text", present: ["x"])),
    (#"{"meta":{"text":[]}}"#, "meta.text", .notAString(path: "meta.text", found: .array)),
    (
      #"{"meta":{},"meta":{"text":"a"}}"#, "meta.text",
      .missingField(path: "meta.text", present: [])
    ),
    (
      #"{"talk":[{"text":"a"}]}"#, "talk.text",
      .missingInList(path: "talk.text", list: "talk", items: "talk[].text")
    ),
    (
      #"{"a":{"b":[]}}"#, "a.b.c.d",
      .missingInList(path: "a.b.c.d", list: "a.b", items: "a.b[].c.d")
    ),
    ("7", "text", .notAnObject(found: .number)), ("[{}]", "text", .notAnObject(found: .array)),
    (#""text""#, "text", .notAnObject(found: .string)),
  ]

  @Test(arguments: fieldCases)
  func `A line without text is reported with its keys`(
    line: String, field: String, fault: InvalidLine
  ) {
    #expect(scan(line, field) == .failure(fault))
  }

  @Test func `The first of duplicate keys counts`() throws {
    let line = Array(#"{"text":"one","te\u0078t":"two","text":"three"}"#.utf8)
    #expect(try parse(line) == Array("one".utf8))
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `A line gives the same text whether it is long or short`(seed: UInt64) throws {
    var lines = LineGenerator(seed: seed)
    let filler = Array((#""filler":""# + String(repeating: "x", count: 1 << 20) + "\",").utf8)
    for _ in 0..<5 {
      let line = lines.line()
      // After the opening brace, so that escapes are resolved far from the start of the line.
      guard let brace = line.firstIndex(of: UInt8(ascii: "{")),
        case .text(let text) = Simdjson("text").outcome(of: line)
      else { continue }
      let long = Array(line[...brace]) + filler + line[(brace + 1)...]
      #expect(long.count > DocumentParser.longLine)
      #expect(try parse(long) == text)
    }
  }

  @Test func `Escapes of a long text are resolved as in a short one`() throws {
    let piece = #"\"\\\/\b\f\n\r\tA\u00e9\u4e2d\ud83d\ude00é"#
    let meaning = Array("\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{4E2D}\u{1F600}é".utf8)
    #expect(try parse(Array("{\"text\":\"\(piece)\"}".utf8)) == meaning)
    let count = DocumentParser.longLine / piece.utf8.count + 1
    let line = "{\"text\":\"" + String(repeating: piece, count: count) + "\"}"
    let text = try parse(Array(line.utf8))
    #expect(text == [[UInt8]](repeating: meaning, count: count).flatMap(\.self))
  }
}
