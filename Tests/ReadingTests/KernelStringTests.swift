import Files
import Testing

@testable import Reading

/// Strings that are read 64 bytes at a time, with the end of a block at every place.
///
/// `parse` compares all kernels.
@Suite struct KernelStringTests {
  /// Pieces that may occur anywhere in a string: escapes, whole and broken.
  private static let pieces = [
    #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00e9"#,
    #"\u4E2d"#, #"\uFFFF"#, #"\ud83d\ude00"#, #"\uDBFF\uDFFF\uD800\uDC00"#, #"\n\u000a\n\u000A\n"#,
    #"\\u0041"#, "é", "中", "😀", "\u{7F}", #"\a"#, #"\U0041"#, #"\u"#, #"\u004"#, #"\u004g"#,
    #"\u00 41"#, #"\ud83d"#, #"\ude00"#, #"\ud83d\u0041"#, #"\ud83d\ud83d\ude00"#, #"\ud83dxude00"#,
    #"\ud83d\\ude00"#, #"\é"#, #"\î"#, "\t", "\u{0}", #"\"#,
  ]

  @Test(arguments: pieces)
  func `A piece means the same wherever a block ends`(piece: String) {
    for filler in ["a", #"\\"#, #"\n"#, #"\u0041"#, "é"] {
      for count in 0..<70 {
        for suffix in ["", String(repeating: "c", count: 70)] {
          let text = String(repeating: filler, count: count) + piece + suffix
          let line = Array(#"{"text":"\#(text)","id":1}"#.utf8)
          #expect((try? parse(line)) == (try? scan(line, "text").get()), "\(text)")
        }
      }
    }
  }

  @Test(arguments: pieces)
  func `A fault in a text is a fault in keys and other strings`(piece: String) {
    for count in 0..<70 {
      let text = String(repeating: "a", count: count) + piece
      for line in [#"{"\#(text)":1,"text":"b"}"#, #"{"text":"b","c":["\#(text)"]}"#] {
        let line = Array(line.utf8)
        #expect((try? parse(line)) == (try? scan(line, "text").get()), "\(text)")
      }
    }
  }

  @Test(arguments: [#""}"#, #"\"}"#, "", "\n"])
  func `A string that doesn't end is a fault, whatever follows the line`(
    behind: String
  ) throws {
    for count in 0..<140 {
      for last in ["", "\\", #"\u00"#] {
        let line = Array(#"{"text":"\#(String(repeating: "a", count: count))\#(last)"#.utf8)
        guard case .failure(let expected) = scan(line, "text") else {
          Issue.record("no fault")
          continue
        }
        for kernels in Kernels.available {
          var buffer = ByteBuffer()
          try buffer.append((line + Array(behind.utf8)).span)
          var parser = DocumentParser(
            textField: "text", fields: [], kernels: kernels)
          #expect(throws: expected) {
            try parser.parse(0..<line.count, of: &buffer) { _ in Issue.record("a text") }
          }
        }
      }
    }
  }
}
