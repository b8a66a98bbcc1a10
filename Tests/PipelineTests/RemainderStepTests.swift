import Files
import Foundation
import Reading
import Resampling
import TestSupport
import Testing
import Writing

@testable import Pipeline

/// The documents that weren't chosen, and the checks for a pool that changed after weighing.
@Suite struct RemainderStepTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  private static let lines = [
    #"{"text":"one"}"#, " ", #"{"text":"two"}"#, "{", #"{"text":"three"}"#, #"{"text":"four"}"#,
  ]

  /// Documents 1 and 3: their lines begin at 0 and 15 + 2 + 15 + 2 = 34, and have 14 and 16 bytes.
  private func chosen(_ texts: [String] = ["one", "three"], offset: Int = 34) -> [Candidate] {
    zip(texts, [(0, 14), (offset, 16)]).map { text, place in
      Candidate(
        key: 0, textHash: TextHash.of(Array(text.utf8).span),
        position: Position(shard: 0, place: place.0), lineByteCount: place.1,
        textByteCount: text.utf8.count, tokenCount: 1)
    }
  }

  @Test func `The other documents are copied, without invalid and blank lines`() throws {
    #expect(try run(chosen(), [4]) == "{\"text\":\"two\"}\n{\"text\":\"four\"}\n")
    #expect(try run([], [4]).utf8.count == 15 + 15 + 17 + 16)
  }

  @Test(arguments: [3, 5])
  func `A different number of documents means a changed pool`(count: Int) {
    expectChanged { try run(chosen(), [count]) }
  }

  @Test func `A chosen document with another text or place means a changed pool`() {
    expectChanged { try run(chosen(["one", "throw"]), [4]) }
    expectChanged { try run(chosen(offset: 33), [4]) }
    expectChanged { try run(chosen(offset: 100), [4]) }
  }

  @Test func `A new invalid line means a changed pool`() {
    expectChanged { try run(chosen(), [4], .fail) }
  }

  /// A line too long for simdjson, with an escape that parsing would change.
  @Test func `A very long line is copied unchanged`() throws {
    let long = "{\"text\":\"\\u0061\(String(repeating: "\\n", count: 1 << 20))\"}"
    #expect(try run([], [1], lines: [long]) == long + "\n")
  }

  private func expectChanged(
    _ body: () throws -> String, location: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try body()
      Issue.record("no error", sourceLocation: location)
    } catch PipelineError.input(.reading(.changed(let path), line: nil)) {
      #expect(path == directory.path("pool"), sourceLocation: location)
    } catch {
      Issue.record("\(error)", sourceLocation: location)
    }
  }

  private func run(
    _ chosen: [Candidate], _ counts: [Int], _ policy: ErrorPolicy = .skip, lines: [String] = lines
  ) throws -> String {
    let path = try directory.write(lines.joined(separator: "\n"), to: "pool")
    var sink: any RecordSink & ~Copyable = try JSONLinesSink(
      LineSink(
        .file(path: directory.path("out")), container: .plain, replaces: true, registry: registry))
    try RemainderStep(
      shards: [Shard(path: path)], textField: "text", limits: ReadingLimits(), errorPolicy: policy,
      progress: ProgressMeter(show: nil)
    ).run(chosen: chosen, documentCounts: counts, into: &sink)
    let output = try sink.close()
    try output.commit()
    return String(decoding: try directory.read("out"), as: UTF8.self)
  }
}
