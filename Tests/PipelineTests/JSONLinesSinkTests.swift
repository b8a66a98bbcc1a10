import Compression
import Foundation
import TestSupport
import Testing
import Writing

@testable import Pipeline

@Suite struct JSONLinesSinkTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  private static let annotation = Annotation(logWeight: -1.5, key: 0.25, target: nil)
  private static let member = #""dsel":{"log_weight":-1.5,"key":0.25}"#

  @Test(arguments: [
    (#"{"text":"a"}"#, #"{"text":"a",\#(member)}"#),
    (#"{"text":"a"}  "#, #"{"text":"a",\#(member)}  "#),
    (#" {"text":"a" }"# + "\t\r", #" {"text":"a" ,\#(member)}"# + "\t\r"),
    (#"{"text":"}","b":{"c":{}}}"#, #"{"text":"}","b":{"c":{}},\#(member)}"#),
    // An older annotation is removed wherever it is; a text that looks like one stays.
    (#"{"text":"a","dsel":{"key":1}}"#, #"{"text":"a",\#(member)}"#),
    (#"{"dsel":1, "text":"\"dsel\":2"}"#, #"{ "text":"\"dsel\":2",\#(member)}"#),
  ])
  func `An annotation becomes the last member of its line`(line: String, expected: String) throws {
    #expect(try write([(line, Self.annotation)]) == expected + "\n")
  }

  @Test func `An annotation has only the known members`() throws {
    let line = #"{"text":"a"}"#
    let lines = try write([
      (line, Annotation(key: 2)), (line, Annotation(logWeight: 1e-7, key: 3, target: "a\"b")),
      (line, nil),
    ]).split(separator: "\n")
    #expect(
      lines == [
        #"{"text":"a","dsel":{"key":2.0}}"#,
        #"{"text":"a","dsel":{"log_weight":1e-07,"key":3.0,"target":"a\"b"}}"#, #"{"text":"a"}"#,
      ])
  }

  @Test(arguments: [
    "{}", #"{"text":"a","dsel":{"key":1}}"#, #"{"text" : "\u00e9\/" }  "#, "no JSON", "",
  ])
  func `Without an annotation a line is unchanged`(line: String) throws {
    #expect(try write([(line, nil)]) == line + "\n")
  }

  @Test func `The bytes of a shard include annotations`() throws {
    let annotated = #"{"text":"a",\#(Self.member)}"#.utf8.count + 1
    let plain = #"{"text":"a"}"#
    let shards = try ShardDirectory(
      path: directory.path("out"), replaces: false, registry: registry)
    var sink = try JSONLinesSink(
      LineSink(
        .directory(shards, shardByteLimit: plain.utf8.count + 1 + annotated), container: .plain,
        replaces: false, registry: registry))
    for annotation in [nil, Self.annotation, nil] {
      try sink.write(Array(plain.utf8).span, adding: annotation, order: 0)
    }
    let output = try sink.close()
    #expect(output.shards?.map(\.lineCount) == [2, 1])
    #expect(output.byteCount == 2 * (plain.utf8.count + 1) + annotated)
    try output.commit()
  }

  @Test func `Annotated lines are shuffled whole`() throws {
    let lines = (0..<5).map { #"{"text":"\#($0)"}"# }
    let found = try write(
      lines.map { ($0, Self.annotation) }, order: { UInt64(10 - $0) },
      shuffle: ShuffleSettings(spoolDirectory: directory.url.path))
    #expect(
      found
        == lines.reversed().map { $0.dropLast() + ",\(Self.member)}\n" }.joined())
  }

  private func write(
    _ lines: [(String, Annotation?)], order: (Int) -> UInt64 = { _ in 0 },
    shuffle: ShuffleSettings? = nil
  ) throws -> String {
    var sink = try RecordFormat.jsonLines.open(
      RecordFormat.Settings(
        place: .file(path: directory.path("file")), container: .plain, replaces: true,
        registry: registry, shuffle: shuffle))
    for (number, (line, annotation)) in lines.enumerated() {
      try sink.write(Array(line.utf8).span, adding: annotation, order: order(number))
    }
    let output = try sink.close()
    try output.commit()
    return String(decoding: try directory.read("file"), as: UTF8.self)
  }
}
