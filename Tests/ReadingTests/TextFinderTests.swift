import Files
import TestSupport
import Testing

@testable import Reading

/// Texts of several parts.
@Suite struct TextFinderTests {
  /// `Fixtures/golden/text-field/oracle.py` computed them, which shares no code with dsel.
  @Test(arguments: Kernels.available, [0, DocumentParser.longLine])
  func `Texts are those that the oracle finds`(kernels: Kernels, padding: Int) throws {
    let cases = try JSON(Fixtures.read("golden/text-field/cases.json")).elements
    #expect(cases.count == 600)
    // The texts of long lines are unescaped in place.
    let blanks = [UInt8](repeating: 0x20, count: padding)
    for (number, found) in cases.enumerated() where padding == 0 || number % 20 == 0 {
      let field = TextField(
        try #require(found.expression.string), joint: try #require(found.joint.string))
      let line = Array(try #require(found.line.string).utf8)
      let result = try parts(line + blanks, field, kernels: kernels)
      switch found.reason.string {
      case "missing_field": #expect(result == .failure(.noText), "\(found)")
      case "not_a_string": #expect(result == .failure(.wrongKind), "\(found)")
      default: #expect(result == .success(Array(try #require(found.text.string).utf8)), "\(found)")
      }
    }
  }

  private static let expressions: [TextField] = [
    "meta|text", "text,meta.doc", "texts[]", "meta[].text|doc[].text,text", "doc.(text,doc|meta)",
    "meta[-1]|text[0]", "meta[text=a].doc", #""a\"b".é,(meta,doc)|texts"#,
    "text|meta.text|doc.meta.text",
    TextField("doc[].(text|texts[]),texts[].doc", joint: ""), "meta[][],doc[0][]|text",
  ]

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `The twin that walks over trees finds the same`(seed: UInt64) throws {
    var lines = LineGenerator(seed: 9_000 + seed)
    var foundCount = 0
    for number in 0..<1500 {
      let line = lines.line()
      let field = Self.expressions[number % Self.expressions.count]
      let expected = TextTwin.text(field, line)
      if case .success = expected { foundCount += 1 }
      for kernels in Kernels.available {
        let found = try parts(line, field, kernels: kernels)
        #expect(found == expected, "\(field): \(String(decoding: line, as: UTF8.self))")
      }
    }
    #expect(foundCount > 100)
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `A damaged line gets the verdict that it gets for one field`(seed: UInt64) throws {
    var lines = LineGenerator(seed: 11_000 + seed)
    for _ in 0..<300 {
      let line = lines.mutated(lines.line())
      guard !line.contains(UInt8(ascii: "\n")) else { continue }
      for kernels in Kernels.available {
        let plain = try parse(line, "text", kernels: kernels)
        let parts = try parse(line, "text|text", kernels: kernels)
        switch (plain, parts) {
        case (.success(let text), _): #expect(parts == .success(text))
        case (.failure(.missingField), .failure(.noText)): break
        // Null is nothing here.
        case (.failure(.notAString(_, .null)), .failure(.noText)): break
        default: #expect(parts == plain, "\(String(decoding: line, as: UTF8.self))")
        }
      }
    }
  }

  private func text(_ line: String, _ field: TextField) throws -> String {
    String(decoding: try parse(Array(line.utf8), field), as: UTF8.self)
  }

  private func error(_ line: String, _ field: TextField) -> InvalidLine? {
    #expect(throws: InvalidLine.self) { _ = try parse(Array(line.utf8), field) }
  }

  private static let chat = #"""
    {"messages":[{"role":"system","content":"Be brief."},{"content":"Hi\u00e9\n","role":"user"},\#
    {"role":"assistant","content":null,"tool_calls":[{"content":"no"}]},\#
    {"role":"tool","content":[{"type":"text","text":"4"},{"type":"image"},{"type":"text","text":"2"}]},\#
    {"role":"assistant","content":"42"}]}
    """#

  @Test func `Chats are read as people expect`() throws {
    let chat = Self.chat
    #expect(try text(chat, "messages[].(content[].text|content)") == "Be brief.\nHié\n\n4\n2\n42")
    #expect(try text(chat, "messages[role=assistant].content") == "42")
    #expect(try text(chat, "messages[-1].content,messages[0].content") == "42\nBe brief.")
    #expect(
      try text(chat, "messages[role!=tool].(role,content)")
        == "system\nBe brief.\nuser\nHié\n\nassistant\nassistant\n42")
    #expect(
      try text(chat, TextField("messages[role!=tool].content", joint: "|")) == "Be brief.|Hié\n|42")
    #expect(
      error(chat, "messages[].content")
        == .notAString(path: "messages[3].content", found: .array))
    // Some messages would be lost.
    #expect(
      error(chat, "messages[].content[].text|x")
        == .notOfKind(path: "messages[0].content", found: .string, expected: .array))
  }

  @Test func `Missing parts, null and empty strings add nothing`() throws {
    let line = #"{"a":"","b":null,"c":"x","d":["","y",null,""],"e":[]}"#
    #expect(try text(line, "a,b,c,z,d[],e[]") == "x\ny")
    #expect(try text(line, "a,z") == "")
    #expect(try text(line, "b|a|c") == "")
    #expect(try text(line, "z|b|c") == "x")
    #expect(error(line, "b,z") == .noText(paths: "b,z", present: ["a", "b", "c", "d", "e"]))
    #expect(error(line, "e[]") == .missingField(path: "e[]", present: ["a", "b", "c", "d", "e"]))
    #expect(
      error(#"{"x.y":1,"p|q":2}"#, "e[]")
        == .missingField(path: "e[]", present: [#"x\.y"#, #"p\|q"#]))
  }

  @Test func `A value of another kind is named by its place`() {
    let line = #"{"a":5,"b":[{"c":"x"},{"c":[{"d":true}]},7],"t":"x"}"#
    #expect(error(line, "t,a") == .notAString(path: "a", found: .number))
    #expect(error(line, "a|t") == .notAString(path: "a", found: .number))
    #expect(error(line, "b[1].c[].d") == .notAString(path: "b[1].c[0].d", found: .boolean))
    #expect(error(line, "t,a[]") == .notOfKind(path: "a", found: .number, expected: .array))
    #expect(error(line, "t,a.x") == .notOfKind(path: "a", found: .number, expected: .object))
    #expect(
      error(line, "b[0].(c),b[2].(c)")
        == .notOfKind(path: "b[2]", found: .number, expected: .object))
    #expect(
      error(line, "t,b[c=y].d") == .notOfKind(path: "b[2]", found: .number, expected: .object))
  }

  @Test func `Of several alternatives, one that fits no value is passed over`() throws {
    #expect(try text(#"{"a":5,"t":"x"}"#, "a[]|t") == "x")
    #expect(try text(#"{"a":"s","t":"x"}"#, "a[].b|a") == "s")
    #expect(error(#"{"a":5}"#, "a[]|t") == .notOfKind(path: "a", found: .number, expected: .array))
  }

  @Test func `Filters compare strings, numbers and booleans`() throws {
    let line = #"""
      {"a":[{"k":1,"t":"one"},{"k":"1","t":"string"},{"k":1.0,"t":"point"},{"k":true,"t":"yes"},\#
      {"k":null,"t":"null"},{"t":"none"},{"k":{"j":"deep"},"t":"deep"},{"k":12345678901234567890,"t":"large"}]}
      """#
    for (field, expected) in [
      ("a[k=1].t", "one\nstring\npoint"), ("a[k=1e0].t", "one\npoint"), (#"a[k="1"].t"#, "string"),
      ("a[k=true].t", "yes"), ("a[k.j=deep].t", "deep"), ("a[k=12345678901234567890].t", "large"),
      ("a[k!=1].t", "yes\nnull\nnone\ndeep\nlarge"), ("a[t=none].t", "none"),
      ("a[k.j!=deep].t", "one\nstring\npoint\nyes\nnull\nnone\nlarge"),
    ] {
      #expect(try text(line, TextField(field)) == expected, "\(field)")
    }
    #expect(error(line, "a[k=null].t")?.reason == .missingField)
  }

  @Test func `The first of equal keys counts, also if it is escaped`() throws {
    let line = #"{"\u0061":[{"t":"1","\u0074":"2"}],"a":[{"t":"3"}],"r":{"x":"4"},"r":{"y":"5"}}"#
    #expect(try text(line, "a[].t") == "1")
    #expect(try text(line, "a[].(t),r.y|r.x") == "1\n4")
    #expect(try text(line, "a[t=2].t|r.x") == "4")
  }

  @Test(arguments: Kernels.available)
  func `Surrogates and escapes of all lengths are joined whole`(kernels: Kernels) throws {
    let pieces = [#"\ud83d\ude00"#, #"\u00e9"#, #"\n"#, "é", #"\\"#, "x"]
    for length in [1, 30, 63, 64, 65, 200] {
      let items = pieces.map { piece in String(repeating: piece, count: length) }
      let line = #"{"a":["\#(items.joined(separator: "\",\""))"]}"#
      let expected = ["😀", "é", "\n", "é", "\\", "x"].map { String(repeating: $0, count: length) }
      let found = try parse(
        Array(line.utf8), TextField("a[]", joint: "--"), kernels: kernels)
      #expect(found == .success(Array(expected.joined(separator: "--").utf8)))
    }
    #expect(
      try parse(Array(#"{"a":["\ud83d"]}"#.utf8), "a[]", kernels: kernels)
        == .failure(.notJSON(.loneSurrogate, column: 8)))
  }

  @Test func `Deep values are skipped, and deep paths are followed`() throws {
    let open = String(repeating: "[", count: 1022)
    let close = String(repeating: "]", count: 1022)
    #expect(try text(#"{"x":\#(open)\#(close),"t":["a"]}"#, "t[]") == "a")
    let brackets = String(repeating: "[]", count: 1022)
    #expect(try text(#"{"x":\#(open)"a"\#(close)}"#, TextField("x" + brackets)) == "a")
    #expect(
      error(#"{"x":[\#(open)[]\#(close)],"t":["a"]}"#, "t[]") == .notJSON(.tooDeep, column: 1029))
  }

  @Test(arguments: Kernels.available)
  func `Huge lists are joined, and leave no memory behind`(kernels: Kernels) throws {
    let count = 200_000
    let numbers = Array(
      "{\"n\":[\(Array(repeating: "0", count: count).joined(separator: ","))],\"t\":\"x\"}".utf8)
    let list = Array(
      "{\"a\":[\(Array(repeating: "\"x\"", count: count).joined(separator: ","))]}".utf8)
    let found = try parse(list, "a[]", kernels: kernels).get()
    #expect(found == Array(Array(repeating: "x", count: count).joined(separator: "\n").utf8))
    #expect(try parse(numbers, "z|t", kernels: kernels) == .success(Array("x".utf8)))
    #expect(try parse(list, "a[-1]", kernels: kernels) == .success(Array("x".utf8)))
    #expect(
      try parse(numbers, "n[]", kernels: kernels)
        == .failure(.notAString(path: "n[0]", found: .number)))
  }

  /// Beyond the strings whose ends are kept, and back.
  @Test(arguments: Kernels.available)
  func `Strings are the same in a list of any length`(kernels: Kernels) throws {
    for count in [1, 4090, 4096, 5000] {
      let items = (0..<count).map { "{\"k\":\"\($0)\",\"e\":\"\\u0041\\\\\"}" }
        .joined(separator: ",")
      let line = Array("{\"a\":[\(items)],\"b\":\"end\"}".utf8)
      let numbers = (0..<count).map { "\($0)" }
      let forth = numbers.map { "\($0)\nA\\" }.joined(separator: "\n")
      #expect(
        try parse(line, "b,a[].(k,e),a[-1].k,a[0].k", kernels: kernels)
          == .success(Array("end\n\(forth)\n\(count - 1)\n0".utf8)))
    }
  }

  @Test(arguments: Kernels.available)
  func `Fields come with the text, and validating changes no byte`(kernels: Kernels) throws {
    var parser = DocumentParser(
      textField: "a[]", fields: ["id", "a", "m.k"], kernels: kernels)
    let lines = [
      #"{"id":7,"a":["x\n","\u0079"],"m":{"k":true}}"#, #"{"a":["z"],"id":"s"}"#, #"{"id":1}"#,
    ]
    var seen: [String] = []
    var values: [[FieldValue]] = []
    for line in lines {
      var buffer = ByteBuffer()
      try buffer.append(Array(line.utf8).span)
      let range = 0..<line.utf8.count
      try? parser.validate(range, of: buffer)
      #expect(array(of: buffer.span) == Array(line.utf8))
      try? parser.parse(range, of: &buffer) { text, fields in
        seen.append(String(decoding: array(of: text), as: UTF8.self))
        values.append(fields)
      }
    }
    #expect(seen == ["x\n\ny", "z"])
    #expect(
      values == [[.number(7), .other, .boolean(true)], [.string("s"), .other, .missing]])
    #expect(throws: InvalidLine.noText(paths: "a,b", present: ["id"])) {
      var other = DocumentParser(textField: "a,b", fields: [], kernels: kernels)
      var buffer = ByteBuffer()
      try buffer.append(Array(lines[2].utf8).span)
      try other.validate(0..<lines[2].utf8.count, of: buffer)
    }
  }
}
