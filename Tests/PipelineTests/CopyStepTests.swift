import Foundation
import Reading
import Resampling
import TestSupport
import Testing
import Writing

@testable import Pipeline

/// The step from chosen documents to their lines.
@Suite struct CopyStepTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  /// Lines of two shards, with odd spaces, escapes and members in any order.
  private static let lines = [
    [
      #"{"text":"one"}"#, #"  { "id" : 1.50, "text" : "t\u0077o" }  "#, "", "not json",
      #"{"text":"three","dsel":{"key":9}}"#,
    ],
    [#"{"text":"four"}"#, #"{"dsel":1,"text":"five","a":[]}"#],
  ]

  /// Writes the shards, the second one compressed.
  private func shards() throws -> [Shard] {
    let second = try directory.write(Data(Self.lines[1].map { Data($0.utf8) }.joinedLines), to: "b")
    return [
      try Shard(path: directory.write(Self.lines[0].joined(separator: "\n"), to: "a")),
      try Shard(
        path: directory.write(
          Containers.zstd(Data(contentsOf: URL(fileURLWithPath: second)), in: directory),
          to: "b.zst")),
    ]
  }

  /// A document at the place of its line, with its text.
  private func document(
    _ shard: Int, _ line: Int, _ text: String, copies: UInt32 = 0, target: Int? = 0
  ) -> DrawnDocument {
    let offset = Self.lines[shard][..<line].reduce(0) { $0 + $1.utf8.count + 1 }
    return DrawnDocument(
      candidate: Candidate(
        key: Double(line) + 0.5, textHash: TextHash.of(Array(text.utf8).span),
        position: Position(shard: shard, place: offset),
        lineByteCount: Self.lines[shard][line].utf8.count, textByteCount: text.utf8.count,
        tokenCount: 10, copies: copies),
      target: target)
  }

  private var all: [DrawnDocument] {
    [
      document(0, 0, "one", copies: 2), document(0, 1, "two"), document(0, 4, "three", target: 1),
      document(1, 0, "four", target: nil), document(1, 1, "five"),
    ]
  }

  private func copy(
    _ documents: [DrawnDocument], annotates: Bool = false, order: LineOrder? = nil,
    names: [String?] = [nil], wasWeighedBefore: Bool = false, shards: [Shard]? = nil
  ) throws -> (lines: [String], outcome: CopyStep.Outcome) {
    var sink: any RecordSink & ~Copyable = JSONLinesSink(
      try LineSink(
        .file(path: directory.path("out")), container: .plain, replaces: true, registry: registry,
        shuffle: order.map { _ in ShuffleSettings(spoolDirectory: directory.url.path) }))
    var weigher: DocumentWeigher?
    let step = CopyStep(
      shards: try shards ?? self.shards(), limits: ReadingLimits(),
      progress: ProgressMeter(show: nil), targetNames: names)
    let outcome = try step.run(
      documents, textField: "text", weigher: &weigher, annotates: annotates, order: order,
      wasWeighedBefore: wasWeighedBefore, into: &sink)
    let output = try sink.close()
    try output.commit()
    return (try directory.read("out").lines, outcome)
  }

  @Test func `Lines are copied byte for byte, in pool order, and counted`() throws {
    let (lines, outcome) = try copy(all)
    #expect(
      lines == [
        Self.lines[0][0], Self.lines[0][1], Self.lines[0][4], Self.lines[1][0], Self.lines[1][1],
      ])
    #expect(outcome.documentCount == 5 && outcome.tokenCount == 50 && outcome.copyCount == 2)
    #expect(outcome.byteCount == lines.reduce(0) { $0 + $1.utf8.count + 1 })
    #expect(outcome.counts.isEmpty)
  }

  @Test func `Nothing is copied for an empty selection`() throws {
    let (lines, outcome) = try copy([])
    #expect(lines.isEmpty && outcome.documentCount == 0 && outcome.byteCount == 0)
  }

  @Test func `An annotation stands last, in place of an earlier one`() throws {
    let (lines, _) = try copy(all, annotates: true, names: ["a\"b", nil])
    #expect(
      lines == [
        #"{"text":"one","dsel":{"key":0.5,"target":"a\"b"}}"#,
        #"  { "id" : 1.50, "text" : "t\u0077o" ,"dsel":{"key":1.5,"target":"a\"b"}}  "#,
        #"{"text":"three","dsel":{"key":4.5}}"#,
        #"{"text":"four","dsel":{"key":0.5}}"#,
        #"{"text":"five","a":[],"dsel":{"key":1.5,"target":"a\"b"}}"#,
      ])
  }

  @Test func `Shuffled lines are in the order of their documents' numbers`() throws {
    let order = ShuffleOrder(seed: 5, keepsDuplicates: false)
    let (lines, _) = try copy(all, order: .shuffled(order))
    let expected = all.sorted { order($0.candidate) < order($1.candidate) }
    let places = all.map(\.candidate.position)
    let (unshuffled, _) = try copy(all)
    #expect(
      lines
        == expected.map { document in
          places.firstIndex(of: document.candidate.position).map { unshuffled[$0] }
        })
    #expect(lines != unshuffled)
  }

  @Test func `A text that differs from the weighed one means a changed pool`() throws {
    let wrong = [document(0, 0, "One")]
    let path = directory.path("a")
    #expect(changedPath { try copy(wrong).lines } == path)
    #expect(changedPath { try copy(wrong, annotates: true).lines } == path)
    #expect(changedPath { try copy([document(0, 3, "not json")]).lines } == path)
    // Weights of another run may belong to another field, which the user can correct.
    do {
      _ = try copy(wrong, wasWeighedBefore: true)
      Issue.record("no error")
    } catch PipelineError.weights(.otherText(path: path, field: "text")) {
    } catch { Issue.record("\(error)") }
  }

  @Test func `A shard that became shorter means a changed pool`() throws {
    let shards = try shards()
    try directory.write(Self.lines[0][0] + "\n", to: "a")
    #expect(changedPath { try copy(all, shards: shards).lines } == directory.path("a"))
  }

  /// The file named in an error of a changed pool; nil for another error, or none.
  private func changedPath(_ body: () throws -> [String]) -> String? {
    do {
      _ = try body()
      return nil
    } catch PipelineError.input(.reading(.changed(let path), line: nil)) {
      return path
    } catch { return "\(error)" }
  }

  @Test func `Outcomes of several epochs add up`() throws {
    var (_, sum) = try copy(all)
    let (_, other) = try copy([document(0, 0, "one", copies: 3)])
    sum.add(other)
    #expect(sum.documentCount == 6 && sum.tokenCount == 60 && sum.copyCount == 5)
  }
}
