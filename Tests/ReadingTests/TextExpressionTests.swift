import Foundation
import Testing

@testable import Reading

/// The notation for where a text is.
@Suite struct TextExpressionTests {
  @Test(arguments: [
    "text", "meta.doc.text", #"a\.b"#, #"meta.a\.b.c"#, #"a\\.b"#, #"a\,b\=c"#, "größe.π", " text",
    "a=b", "a b", "text (raw)", "a!", "q)", #"a"b"#, "$", "*", #"a\.."#, "a..b", "", ".", #"a\b"#,
    #"a\"#, #"\a.b"#,
  ])
  func `A path of keys is read as before there were expressions`(path: String) throws {
    let expression = try? TextExpression(parsing: path)
    #expect((expression == nil) == (FieldPath.fault(in: path) != nil))
    if let expression { #expect(expression.plainKeys == FieldPath.keys(of: path)) }
    // Files of earlier runs may even hold faulty ones.
    #expect(TextExpression(reading: path).plainKeys == FieldPath.keys(of: path))
  }

  private static let same: [(String, String)] = [
    (#""a.b".c"#, #"a\.b.c"#), (#""text""#, "text"), (#""a\u0062""#, "ab"), (#""""#, #""\u0000""#),
    (#"messages[]."a|b""#, #"messages[].a\|b"#), ("(a)", "(\"a\")"), ("a[007]", "a[7]"),
    ("a[-0]", "a[0]"), (#"a["k"=v]"#, "a[k=v]"), (#"a[k=x\]y]"#, #"a[k=x\]y]"#),
    (#"a[k=a=b]"#, #"a[k=a\=b]"#), (#"\(a,b"#, #""(a",b"#), (#"(a\),b)"#, #"("a)",b)"#),
    (#"a[k\!=v].b"#, #"a["k!"=v].b"#),
  ]

  @Test(arguments: same)
  func `Keys may be quoted or escaped`(one: String, other: String) throws {
    let isSame = try TextExpression(parsing: one) == TextExpression(parsing: other)
    #expect(isSame != (one == #""""#))
  }

  @Test func `A comma binds less than a bar, and parentheses hold both`() throws {
    let expression = try TextExpression(parsing: "a,b|c.d,(e,f)|a[].(g|h)")
    #expect(expression.heads.map { String(decoding: $0, as: UTF8.self) } == ["a", "b", "c"])
    #expect(expression.fields.map(\.count) == [1, 2, 2])
    #expect(expression.fields[1].map(\.head) == [1, 2])
    #expect(expression.fields[2].map(\.head) == [nil, 0])
    #expect(
      expression.rootKeys.map { String(decoding: $0, as: UTF8.self) } == ["a", "b", "c", "e", "f"])
    #expect(!expression.isPlain)
    for operatorText in ["a,b", "a|b", "a[]", "a[0]", "a[b=c]", "(a)", "a.(b)"] {
      #expect(try !TextExpression(parsing: operatorText).isPlain, "\(operatorText)")
    }
  }

  @Test func `A filter's value is also a number or a boolean, unless it is quoted`() throws {
    func filter(_ text: String) throws -> TextExpression.Filter? {
      guard case .filter(let filter)? = try TextExpression(parsing: text).fields[0][0].steps.first
      else { return nil }
      return filter
    }
    #expect(try filter("a[b=1e1]")?.value == .number(10))
    #expect(try filter("a[b=true]")?.value == .boolean(true))
    #expect(try filter(#"a[b="1"]"#)?.value == nil)
    #expect(try filter("a[b=null]")?.value == nil)
    #expect(
      try filter("a[b.c!=01]")
        == .init(
          keys: [Array("b".utf8), Array("c".utf8)], isEqual: false, text: Array("01".utf8),
          value: nil))
    #expect(try filter(#"a[b=""]"#)?.text == [])
  }

  private static let faults: [(String, TextExpression.Fault.Kind, Int)] = [
    ("a,", .emptyKey, 3), ("|a", .emptyKey, 1), ("a,,b", .emptyKey, 3), ("a.|b", .emptyKey, 3),
    ("é.(", .emptyKey, 4), ("()", .emptyKey, 2), ("[].a", .emptyKey, 1), ("a[].", .emptyKey, 5),
    ("a, b", .blank, 3), ("a ,b", .blank, 2), ("messages[] .a", .notExpected, 11),
    ("a[b =c]", .blank, 4), ("a[b= c]", .blank, 5), ("a.( b)", .blank, 4),
    ("a[", .badBrackets, 3), ("a[0", .openBracket, 2), ("a[b=c", .openBracket, 2),
    ("a[*]", .badBrackets, 3), ("a[1:2]", .badBrackets, 3), ("a[=b]", .badBrackets, 3),
    ("a[b]", .badBrackets, 3), ("a[b=]", .emptyValue, 5), ("a[b!c]", .badBrackets, 3),
    ("a[99999999999]", .tooLargeIndex, 3), ("a]", .notExpected, 2), ("a[]b", .notExpected, 4),
    ("(a", .openParenthesis, 1), ("x.(a|b", .openParenthesis, 3), ("(a).b", .notExpected, 4),
    ("(a)b", .notExpected, 4), ("(a))", .notExpected, 4), (#""a"#, .openQuote, 1),
    (#"a,"b\"#, .openQuote, 3), (#""a"b"#, .notExpected, 4), (#""\x""#, .badString, 1),
    (#"a[]."\ud800""#, .badString, 5), (#"a|b\c"#, .strayBackslash, 4),
    (#"a[b="c"d]"#, .notExpected, 8), (#"a[b=c"#, .openBracket, 2),
    (String(repeating: "(", count: 17) + "a", .tooDeep, 17),
  ]

  @Test(arguments: faults)
  func `A fault is found where it is`(
    text: String, kind: TextExpression.Fault.Kind, column: Int
  ) throws {
    let error = #expect(throws: TextExpression.Fault.self) {
      _ = try TextExpression(parsing: text)
    }
    #expect(error?.kind == kind && error?.column == column, "\(text): \(String(describing: error))")
  }

  @Test func `Long expressions are refused before they exhaust the stack`() {
    for text in [
      String(repeating: "(", count: 1_000_000), "a" + String(repeating: "[]", count: 100_000),
      "a" + String(repeating: ".b", count: 100_000),
    ] {
      #expect(throws: TextExpression.Fault.self) { _ = try TextExpression(parsing: text) }
    }
  }

  @Test(arguments: ["a", "a.b", "a|b", "[x]", "(y", "y)", #"q"r"#, #""q"#, "a,b", "a=b", #"a\"#])
  func `An escaped key is read as the key itself`(key: String) throws {
    let escaped = TextExpression.escaped(key.utf8)
    #expect(try TextExpression(parsing: escaped).plainKeys == [Array(key.utf8)])
    #expect(FieldPath.keys(of: escaped) == [Array(key.utf8)])
  }

  @Test func `A joint that joins nothing is the default`() {
    #expect(TextField("meta.text", joint: " ") == "meta.text")
    #expect(TextField("a,b", joint: " ") != "a,b")
    #expect(TextField("a,b", joint: " ").otherJoint == " ")
    #expect(TextField("a,b").otherJoint == nil)
  }

  @Test func `A field is coded as a string, unless it has another joint`() throws {
    for (field, json) in [
      (TextField("a,b"), #"["a,b"]"#),
      (TextField("a,b", joint: ""), #"[{"expression":"a,b","joint":""}]"#),
    ] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let bytes = try encoder.encode([field])
      #expect(String(decoding: bytes, as: UTF8.self) == json)
      #expect(try JSONDecoder().decode([TextField].self, from: bytes) == [field])
    }
  }
}
