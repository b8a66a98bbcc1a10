import Foundation
import TestSupport
import Testing

@testable import Reading

/// Files that pyarrow, DuckDB and polars wrote, of every codec, page version and encoding.
///
/// pyarrow found the same documents in each of them as in `documents.jsonl`.
@Suite struct GoldenFileTests {
  static let directory = Fixtures.path("golden/parquet")

  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
    .filter { $0.hasSuffix(".parquet") }.sorted()

  /// Texts in columns, objects, lists and maps, and texts that aren't there.
  static let expressions = [
    "text", "meta.inner.text", "messages[].content", "messages[role=assistant].content",
    "messages[role!=user].(role,content)", "messages[0].content", "messages[-1].content", "parts[]",
    "parts[1]", "deep[][].texts[]", "deep[0][-1].texts[]", "text,meta.lang", "nothere|text",
    "text|meta.lang", "map.b", "messages", "meta", "number", "text.x", "messages.content",
    "messages[].nothere|text", "messages[nothere=1].content",
  ]

  private static let fields = [
    "id", "number", "double", "float", "truth", "large", "meta.lang", "meta.inner.rating",
    "nothere", "meta", "parts",
  ]

  private struct Row: Equatable {
    var text: String?
    var reason: InvalidLine.Reason?
    var fields: [FieldValue] = []
  }

  @Test func `All writers have files`() {
    #expect(Self.files.filter { $0.hasPrefix("pyarrow") }.count == 36)
    #expect(Self.files.filter { $0.hasPrefix("duckdb") }.count == 12)
    #expect(Self.files.filter { $0.hasPrefix("polars") }.count == 6)
  }

  @Test(arguments: files)
  func `Texts and fields are those of the same documents in JSON`(file: String) throws {
    for expression in Self.expressions {
      // polars writes a map as a list.
      if expression == "map.b", file.hasPrefix("polars") { continue }
      let found = try rows(file, expression, Self.fields)
      let lines = try rows("documents.jsonl", expression, Self.fields)
      #expect(lines.count == 24)
      #expect(found == lines, "\(expression)")
    }
  }

  @Test(arguments: files)
  func `Rows that are read again, in any distance, have the same texts`(file: String) throws {
    for expression in ["text", "messages[].content"] {
      let expected = try rows("documents.jsonl", expression, [])
      for step in [1, 5, 11] {
        let request = DocumentRequest(textField: TextField(expression))
        let shard = try Shard(path: path(file))
        var reader = try shard.recordReader(request, ReadingLimits())
        for row in stride(from: step - 1, to: expected.count, by: step) {
          try reader.read(at: row, byteCount: 0)
          var found: String?
          do {
            try reader.withText { found = string($0) }
          } catch is InvalidLine {}
          #expect(found == expected[row].text, "row \(row)")
        }
        try reader.finish()
      }
    }
  }

  @Test(arguments: ["pyarrow-zstd-1-dictionary.parquet", "duckdb-snappy-2.parquet"])
  func `A row as a line has the columns that were needed`(file: String) throws {
    let request = DocumentRequest(
      textField: "messages[].(role,content)", fields: ["id", "large", "float", "meta.lang"])
    var scan = try RecordScan(try Shard(path: path(file)), number: 0, request, ReadingLimits())
    let lines = try String(contentsOfFile: path("documents.jsonl"), encoding: .utf8)
      .split(separator: "\n")
    var number = 0
    while try scan.nextChunk() {
      while try scan.next() != nil {
        let whole = try object(String(lines[number]))
        var line: [String: Any] = [:]
        try scan.withLine { line = try object(string($0)) }
        for key in ["id", "large", "float", "messages"] {
          #expect(try json(line[key]) == json(whole[key]), "\(key) of \(number)")
        }
        #expect(Set(line.keys) == ["id", "large", "float", "meta", "messages"])
        number += 1
      }
    }
    #expect(number == 24)
  }

  private func json(_ value: Any?) throws -> String {
    let value = try #require(value)
    let data = try JSONSerialization.data(withJSONObject: [value], options: [.sortedKeys])
    return String(decoding: data, as: UTF8.self)
  }

  private func object(_ line: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(value as? [String: Any])
  }

  private func path(_ file: String) -> String { "\(Self.directory)/\(file)" }

  private func string(_ span: Span<UInt8>) -> String {
    String(decoding: span.indices.map { span[$0] }, as: UTF8.self)
  }

  private func rows(_ file: String, _ expression: String, _ fields: [String]) throws -> [Row] {
    let request = DocumentRequest(textField: TextField(expression), fields: fields)
    var scan = try RecordScan(try Shard(path: path(file)), number: 0, request, ReadingLimits())
    var rows: [Row] = []
    while try scan.nextChunk() {
      while try scan.next() != nil {
        do {
          try scan.withText { text, fields in
            rows.append(Row(text: string(text), fields: fields))
          }
        } catch let error as InvalidLine {
          rows.append(Row(reason: error.reason))
        }
      }
    }
    return rows
  }
}
