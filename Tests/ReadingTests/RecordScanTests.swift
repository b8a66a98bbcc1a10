import Foundation
import TestSupport
import Testing

@testable import Reading

/// A scan of records, with the rules of all passes.
///
/// It skips blank records but counts them, refuses long ones, and leaves invalid ones to the
/// caller.
@Suite struct RecordScanTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private struct Found: Equatable {
    var number: Int
    var place: Int
    var text: String?
    var fields: [FieldValue] = []
  }

  @Test func `Records have numbers, places, texts and fields`() throws {
    let found = try scan(
      [#"{"text":"one","n":1}"#, "", " \t", "{", #"{"n":"x","text":"two"}"#, #"{"text":"three"}"#],
      fields: ["n"])
    // Lines begin at 0, 21, 22, 25, 27 and 27 + 22 + 1 = 50.
    #expect(
      found == [
        Found(number: 1, place: 0, text: "one", fields: [.number(1)]),
        Found(number: 4, place: 25, text: nil),
        Found(number: 5, place: 27, text: "two", fields: [.string("x")]),
        Found(number: 6, place: 50, text: "three", fields: [.missing]),
      ])
  }

  @Test func `Numbers continue from chunk to chunk`() throws {
    // More than two chunks of 512 KiB, every third line blank.
    let long = String(repeating: "x", count: 1000)
    let lines = (0..<1500).map { $0 % 3 == 2 ? "" : #"{"text":"\#($0) \#(long)"}"# }
    let found = try scan(lines)
    #expect(found.map(\.number) == (1...1500).filter { $0 % 3 != 0 })
    #expect(found.allSatisfy { $0.text?.hasPrefix("\($0.number - 1) ") == true })
  }

  @Test func `A line above the limit is an error with its number and offset`() throws {
    let lines = ["{}", "", #"{"text":"\#(String(repeating: "x", count: 100))"}"#]
    let path = try directory.write(lines.joined(separator: "\n"), to: "shard")
    var scan = try RecordScan(
      Shard(path: path), number: 0, DocumentRequest(textField: "text"),
      ReadingLimits(maximumLine: 50))
    #expect(try scan.nextChunk())
    #expect(try scan.next() == Record(place: 0, byteCount: 2, index: 0))
    do {
      _ = try scan.next()
      Issue.record("no error")
    } catch {
      #expect(error == .lineTooLong(path: path, offset: 4, limit: 50))
    }
    #expect(scan.recordCountBefore == 2)
  }

  @Test func `Validating a record leaves its bytes unchanged`() throws {
    // The record is long and has an escape, so taking its text may change it.
    let line = #"{"text":"\u0061\#(String(repeating: "x", count: 2 << 20))"}"#
    let path = try directory.write(line, to: "shard")
    var scan = try RecordScan(
      Shard(path: path), number: 0, DocumentRequest(textField: "text"), ReadingLimits())
    #expect(try scan.nextChunk())
    _ = try scan.next()
    try scan.validate()
    var found: [UInt8] = []
    try scan.withLine { found = array(of: $0) }
    #expect(found == Array(line.utf8))
  }

  private func scan(_ lines: [String], fields: [String] = []) throws -> [Found] {
    let path = try directory.write(lines.joined(separator: "\n") + "\n", to: "shard")
    var scan = try RecordScan(
      Shard(path: path), number: 0, DocumentRequest(textField: "text", fields: fields),
      ReadingLimits())
    var all: [Found] = []
    while try scan.nextChunk() {
      while let record = try scan.next() {
        var found = Found(number: scan.recordCountBefore + 1, place: record.place, text: nil)
        do {
          try scan.withText { text, fields in
            found.text = String(decoding: array(of: text), as: UTF8.self)
            found.fields = fields
          }
        } catch is InvalidLine {}
        all.append(found)
      }
    }
    #expect(scan.recordCountBefore == lines.count)
    return all
  }
}
