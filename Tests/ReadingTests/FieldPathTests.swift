import Files
import Testing

@testable import Reading

/// The notation for the path to a field.
@Suite struct FieldPathTests {
  private static let paths: [(path: String, keys: [String])] = [
    ("text", ["text"]), ("meta.doc.text", ["meta", "doc", "text"]), (#"a\.b"#, ["a.b"]),
    (#"meta.a\.b.c"#, ["meta", "a.b", "c"]), (#"a\\"#, [#"a\"#]), (#"a\\.b"#, [#"a\"#, "b"]),
    (#"a\\\.b"#, [#"a\.b"#]), (#"a\,b\=c"#, ["a,b=c"]), ("größe.π", ["größe", "π"]),
  ]

  @Test(arguments: paths)
  func `A backslash makes a dot part of a key`(path: String, keys: [String]) {
    #expect(FieldPath.keys(of: path).map { String(decoding: $0, as: UTF8.self) } == keys)
    #expect(FieldPath.fault(in: path) == nil)
  }

  @Test(arguments: ["text", "a.b", #"a\"#, #"\.,="#, "", "é", "e\u{301}", #"\\.."#])
  func `An escaped key is read as the key itself`(key: String) {
    #expect(FieldPath.keys(of: FieldPath.escaped(key.utf8)) == [Array(key.utf8)])
  }

  @Test(arguments: ["", ".a", "a.", "a..b", #"a\..."#])
  func `A path with an empty key is a fault`(path: String) {
    #expect(FieldPath.fault(in: path) == .emptyKey)
  }

  @Test(arguments: [#"a\b"#, #"a\"#, #"\a.b"#, #"a\\\"#])
  func `A backslash without a meaning is a fault`(path: String) {
    #expect(FieldPath.fault(in: path) == .strayBackslash)
  }

  @Test
  func `Lists are cut at unescaped commas, and scales at the last unescaped equals sign`() {
    #expect(FieldPath.list(#"a,b\,c.d,e\\,f"#) == ["a", #"b\,c.d"#, #"e\\"#, "f"])
    #expect(FieldPath.list("a") == ["a"])
    #expect(FieldPath.assignment("a=2").map { [$0.path, $0.text] } == ["a", "2"])
    #expect(FieldPath.assignment("a=b=-2").map { [$0.path, $0.text] } == ["a=b", "-2"])
    #expect(FieldPath.assignment(#"a\=b"#) == nil)
    #expect(FieldPath.assignment(#"a\\=b"#).map { [$0.path, $0.text] } == [#"a\\"#, "b"])
  }

  @Test(arguments: Kernels.available)
  func `A key with dots isn't read as a path, nor a path as a key`(kernels: Kernels) throws {
    let line = #"{"a":{"b":"nested"},"a.b":"flat","c\\":{"d.e":"both"}}"#
    for (path, text) in [("a.b", "nested"), (#"a\.b"#, "flat"), (#"c\\.d\.e"#, "both")] {
      var parser = DocumentParser(
        textField: TextField(path), fields: [path], kernels: kernels)
      var bytes = ByteBuffer()
      try bytes.append(Array(line.utf8).span)
      var found = ""
      try parser.parse(0..<line.utf8.count, of: &bytes) { span, fields in
        found = String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
        #expect(fields == [.string(text)])
      }
      #expect(found == text, "\(path)")
    }
  }
}
