import Foundation
import TestSupport
import Testing

@testable import Reading

/// The reader for values of any size, against Foundation's.
@Suite struct JSONStreamTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func stream(_ bytes: some Collection<UInt8>) throws -> JSONStream {
    let path = try directory.write(Data(bytes), to: "value.json")
    return try JSONStream(
      Shard(path: path), limits: ReadingLimits(maximumLine: 1 << 20, maximumWindow: 1 << 20))
  }

  private func read(_ bytes: some Collection<UInt8>) throws -> JSON {
    var stream = try stream(bytes)
    let value = try Self.value(&stream)
    try stream.finish()
    return value
  }

  private func read(_ text: String) throws -> JSON { try read(text.utf8) }

  private static func value(_ stream: inout JSONStream) throws(JSONStreamError) -> JSON {
    switch try stream.kind() {
    case .object:
      var members: [String: JSON] = [:]
      try stream.readObject { key, stream throws(JSONStreamError) in
        members[key] = try value(&stream)
      }
      return .object(members)
    case .array:
      var elements: [JSON] = []
      try stream.readArray { stream throws(JSONStreamError) in
        elements.append(try value(&stream))
      }
      return .array(elements)
    case .string: return .string(try stream.readString())
    case .number: return .number(try stream.readNumber())
    case .boolean: return .boolean(try stream.readBoolean())
    case .null:
      try stream.skipValue()
      return .null
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `Valid values are read as Foundation reads them, and skipped`(seed: UInt64) throws {
    var lines = LineGenerator(seed: seed)
    var read = 0
    for _ in 0..<150 {
      let line = lines.line()
      do {
        let found = try self.read(line)
        #expect(try found == JSON(Data(line)), "\(String(decoding: line, as: UTF8.self))")
        read += 1
        var stream = try stream(line)
        try stream.skipValue()
        try stream.finish()
        #expect(stream.offset == line.count)
      } catch JSONStreamError.unusable(.repeatedKey) {
        // Foundation accepts one of them.
      }
    }
    #expect(read > 50)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `A changed byte gets the scanner's verdict`(seed: UInt64) throws {
    // Foundation guesses encodings from zero bytes, and accepts wrong numbers. The scanner is
    // simdjson's twin.
    var lines = LineGenerator(seed: 500 + seed)
    for _ in 0..<300 {
      let line = lines.mutated(lines.line())
      let expected = outcome(of: scan(line, "text")) != .rejected
      do {
        _ = try read(line)
        // A line that begins as an array isn't a document, and the scanner stops there.
        #expect(expected, "\(String(decoding: line, as: UTF8.self))")
      } catch JSONStreamError.unusable(.repeatedKey), JSONStreamError.unusable(.tooLong) {
      } catch let error as JSONStreamError {
        if case .failure(.notAnObject) = scan(line, "text") { continue }
        let isHuge = error == .syntax(.badNumber, offset: 0) || hasHugeNumber(line)
        #expect(!expected || isHuge, "\(String(decoding: line, as: UTF8.self)): \(error)")
      }
    }
  }

  private func hasHugeNumber(_ line: [UInt8]) -> Bool {
    line.split { !"+-.0123456789eE".utf8.contains($0) }
      .contains { Double(String(decoding: $0, as: UTF8.self))?.isInfinite == true }
  }

  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("18446744073709551615", .max), ("18446744073709551616", nil),
      ("99999999999999999999", nil), ("-1", nil), ("-0", nil), ("1.0", nil), ("1e3", nil),
    ] as [(String, UInt64?)])
  func `Whole numbers are exact to 64 bits, and nothing else is accepted as one`(
    text: String, expected: UInt64?
  ) throws {
    var stream = try stream(" \(text)\n".utf8)
    if let expected {
      #expect(try stream.readUnsigned() == expected)
      try stream.finish()
    } else {
      #expect(throws: JSONStreamError.notAWholeNumber(offset: 1)) { try stream.readUnsigned() }
    }
  }

  @Test func `A count has 63 bits`() throws {
    var largest = try stream("9223372036854775807".utf8)
    #expect(try largest.readCount() == .max)
    var more = try stream(" 9223372036854775808".utf8)
    #expect(throws: JSONStreamError.notAWholeNumber(offset: 1)) { try more.readCount() }
  }

  static let refused: [(String, JSONStreamError)] = [
    ("", .syntax(.unterminated, offset: 0)), ("  ", .syntax(.unterminated, offset: 2)),
    ("{\"a\":1,\"a\":2}", .repeatedKey("a", offset: 7)),
    ("{\"a\":1,\"\\u0061\":2}", .repeatedKey("a", offset: 7)),
    ("{\"a\":{\"b\":1,\"b\":1}}", .repeatedKey("b", offset: 12)),
    ("[1,]", .syntax(.trailingComma, offset: 3)),
    ("[1 2]", .syntax(.expectedCommaOrEnd, offset: 3)),
    ("{1:2}", .syntax(.expectedKey, offset: 1)), ("{\"a\" 1}", .syntax(.expectedColon, offset: 5)),
    ("[1", .syntax(.unterminated, offset: 2)), ("\"ab", .syntax(.unterminated, offset: 3)),
    ("1 1", .syntax(.trailingData, offset: 2)), ("nul", .syntax(.expectedValue, offset: 3)),
    ("01", .syntax(.badNumber, offset: 0)), ("1e999", .syntax(.badNumber, offset: 0)),
    ("\"\\x\"", .syntax(.badEscape, offset: 1)), ("\u{FEFF}1", .syntax(.expectedValue, offset: 0)),
    (" " + String(repeating: "1", count: 65), .tooLong(offset: 1)),
    ("{\"" + String(repeating: "k", count: 1025) + "\":1}", .tooLong(offset: 1)),
    (String(repeating: "[", count: 70), .syntax(.tooDeep, offset: 64)),
  ]

  @Test(arguments: refused)
  func `Text that isn't one JSON value is refused at the faulty byte`(
    text: String, error: JSONStreamError
  ) throws {
    if text.hasPrefix("[[") {
      var stream = try stream(text.utf8)
      #expect(throws: error) { try stream.skipValue() }
    } else {
      #expect(throws: error) { try read(text) }
    }
  }

  @Test func `Limits are exact`() throws {
    #expect(try read(String(repeating: "1", count: 64)).number == 1.1111111111111111e63)
    let key = String(repeating: "k", count: 1024)
    #expect(try read("{\"\(key)\":1}")[key] == .number(1))
    let members = (0..<1024).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(try read("{\(members)}").counts.count == 1024)
    #expect(throws: JSONStreamError.self) { try read("{\(members),\"x\":0}") }
    var short = try stream("\"abc\"".utf8)
    #expect(try short.readString(maximumByteCount: 3) == "abc")
    var long = try stream("\"abcd\"".utf8)
    #expect(throws: JSONStreamError.tooLong(offset: 0)) { try long.readString(maximumByteCount: 3) }
  }

  @Test(arguments: [1, 100, 262_143, 262_144, 262_145, 600_000])
  func `Values may cross blocks of any size`(count: Int) throws {
    let text = "[\"" + String(repeating: "é", count: count / 2) + "\",\(count)] "
    let found = try read(text)
    #expect(found[0].string?.utf8.count == count / 2 * 2)
    #expect(found[1].int == count)
  }

  @Test func `Bytes that aren't UTF-8 are refused`() throws {
    #expect(throws: JSONStreamError.notUTF8(offset: 2)) { try read([0x22, 0x61, 0xFF, 0x22]) }
  }
}
