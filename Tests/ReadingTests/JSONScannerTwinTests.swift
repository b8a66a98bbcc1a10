import TestSupport
import Testing

@testable import Reading

/// The scanner and simdjson check each other.
@Suite struct JSONScannerTwinTests {
  private static let textFields = ["text", "meta.text", "meta.doc.text", ""]

  @Test(arguments: 0..<8 as Range<UInt64>, textFields)
  func `The scanner finds the text that simdjson finds in valid lines`(
    seed: UInt64, textField: String
  ) {
    var lines = LineGenerator(seed: seed)
    let simdjson = Simdjson(textField)
    for _ in 0..<150 {
      let line = lines.line()
      let expected = simdjson.outcome(of: line)
      #expect(expected != .rejected, "\(String(decoding: line, as: UTF8.self))")
      #expect(
        outcome(of: scan(line, textField)) == expected,
        "\(String(decoding: line, as: UTF8.self))")
    }
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func `A changed byte gets the same verdict from the scanner and simdjson`(seed: UInt64) {
    var lines = LineGenerator(seed: 1_000 + seed)
    let simdjson = Simdjson("text")
    for _ in 0..<500 {
      let line = lines.mutated(lines.line())
      let expected = simdjson.outcome(of: line)
      let found = scan(line, "text")
      // The scanner stops at a line that begins as an array: both parsers find no text in it.
      if case .failure(.notAnObject) = found {
        if case .text = expected { Issue.record("text outside an object: \(line)") }
        continue
      }
      guard outcome(of: found) != expected else { continue }
      #expect(
        expected == .rejected && hasHugeNumber(line),
        "\(String(decoding: line, as: UTF8.self)): \(found) but \(expected)")
    }
  }

  /// Whether there is a number that neither a double nor 64 bits can hold: simdjson rejects those.
  private func hasHugeNumber(_ line: [UInt8]) -> Bool {
    let numbers = line.split { !"+-.0123456789eE".utf8.contains($0) }
    return numbers.map { String(decoding: $0, as: UTF8.self) }.contains {
      guard let value = Double($0) else { return false }
      return value.isInfinite || ($0.utf8.count > 18 && !$0.contains(".") && !$0.contains("e"))
    }
  }

  private static let surrogates = [
    #"\ud83d"#, #"\ude00"#, #"\ude00\ud83d"#, #"\ud83d\ud83d"#, #"\ud83dx"#, #"\ud83d\n"#,
    #"\ud83d\u0041"#, #"\uD83D\\uDE00"#, #"\ud83d\u"#, #"\ud83d\ude0"#, #"x\udfff"#, #"\udbffx"#,
  ]

  @Test(arguments: surrogates)
  func `Half a surrogate pair is rejected by both, in keys and values`(escape: String) {
    let simdjson = Simdjson("text")
    for line in [
      #"{"text":"\#(escape)"}"#, #"{"\#(escape)":1,"text":"a"}"#, #"{"text":"a","b":"\#(escape)"}"#,
      #"{"text":"a","b":["\#(escape)"]}"#, #"{"text":"a","b":{"\#(escape)":0}}"#,
    ] {
      #expect(simdjson.outcome(of: Array(line.utf8)) == .rejected, "\(line)")
      #expect(outcome(of: scan(line)) == .rejected, "\(line)")
    }
  }

  private static let notUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
    [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE4, 0xB8], [0xF0, 0x9F],
  ]

  @Test(arguments: notUTF8)
  func `Bytes that aren't UTF-8 are rejected by both, and distinguished`(bytes: [UInt8]) {
    let simdjson = Simdjson("text")
    for prefix in [#"{"text":"ab"#, #"{"text":"a","b":""#, #"{""#] {
      let line = Array(prefix.utf8) + bytes + Array(#"":"a","text":"a"}"#.utf8)
      #expect(simdjson.outcome(of: line) == .rejected)
      #expect(scan(line, "text") == .failure(.notUTF8(column: prefix.utf8.count + 1)))
    }
  }

  @Test(arguments: 0..<0x20 as Range<UInt8>)
  func `A control character in a string is rejected by both`(byte: UInt8) {
    let simdjson = Simdjson("text")
    let line = Array(#"{"text":"a"#.utf8) + [byte] + Array(#""}"#.utf8)
    #expect(simdjson.outcome(of: line) == .rejected)
    #expect(scan(line, "text") == .failure(.notJSON(.controlCharacter, column: 11)))
  }

  @Test(arguments: [1, 2, 1022, 1023, 1024, 1025, 1026], [true, false])
  func `Nesting is accepted to 1024 levels and no further`(levels: Int, holdsValue: Bool) {
    // The object is the first level.
    let open = String(repeating: "[", count: levels - 1)
    let close = String(repeating: "]", count: levels - 1)
    let line =
      #"{"text":"a","b":"# + (levels > 1 ? open + (holdsValue ? "1" : "") + close : "1") + "}"
    let isAccepted = outcome(of: scan(line)) == .text(Array("a".utf8))
    #expect(isAccepted == (levels <= 1024))
    if Simdjson("text").outcome(of: Array(line.utf8)) != .rejected {
      #expect(isAccepted, "simdjson accepts it")
    } else {
      #expect(levels >= 1024, "simdjson rejects it")
    }
  }

  @Test(arguments: ["1e400", "-1e999", "1" + String(repeating: "0", count: 400)])
  func `A number that no double holds isn't a fault`(number: String) throws {
    let line = #"{"n":\#(number),"text":"a"}"#
    #expect(Simdjson("text").outcome(of: Array(line.utf8)) == .rejected)
    #expect(try parse(Array(line.utf8)) == Array("a".utf8))
  }
}
