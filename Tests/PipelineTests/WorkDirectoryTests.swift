import Foundation
import Platform
import Reading
import TestSupport
import Testing
import Writing

@testable import Pipeline

/// Results of single inputs, and the conditions for their reuse.
@Suite struct WorkDirectoryTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write("the content", to: "input")
  }

  private var input: Shard { get throws { try Shard(path: directory.path("input")) } }

  private func work(_ settings: String = "s", _ kind: WorkDirectory.Kind = .weights) throws
    -> WorkDirectory
  {
    try WorkDirectory(directory.path("work"), kind: kind, settings: settings, registry: registry)
  }

  private func report(_ shard: Shard) throws -> PassReport {
    var summary = ShardSummary(name: shard.name)
    let (byteCount, hash) = try ContentHash.of(shard)
    summary.storedByteCount = byteCount
    summary.contentHash = hash
    summary.byteCount = 1234
    summary.documentCount = 56
    summary.container = "zstd"
    summary.hasChecksums = true
    summary.skipped = [.notJSON: 7, .missingField: 8]
    var report = PassReport()
    report.shards = [summary]
    return report
  }

  /// Keeps `result` for the input.
  private func keep(_ result: String = "the result", _ work: WorkDirectory? = nil) throws {
    let registry = registry
    try (work ?? self.work()).keep(
      report(input), of: input, notes: ["notes": 9], registry: registry
    ) { path throws(WritingError) in
      let file = try AtomicFile(path: path, replaces: true, registry: registry)
      try file.write(Array(result.utf8).span)
      return file
    }
  }

  private var resultPath: String { get throws { try work().resultPath(for: input) } }
  private var recordPath: String { get throws { "\(try resultPath).json" } }

  private func isKnown(_ settings: String = "s", _ kind: WorkDirectory.Kind = .weights) throws
    -> Bool
  {
    try work(settings, kind).result(for: input) != nil
  }

  private func change(_ path: String, _ body: (inout String) -> Void) throws {
    let url = URL(fileURLWithPath: path)
    var text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    let before = text
    body(&text)
    try #require(text != before)
    try Data(text.utf8).write(to: url)
  }

  @Test func `A kept result is found again, with all its notes`() throws {
    #expect(try !isKnown())
    try keep()
    let known = try #require(try work().result(for: input))
    #expect(try known.path == resultPath)
    #expect(try known.report.shards == report(input).shards)
    #expect(known.notes == ["notes": 9])
    #expect(try String(contentsOfFile: resultPath, encoding: .utf8) == "the result")
    // A later result replaces the first.
    try keep("another")
    #expect(try isKnown())
    #expect(try String(contentsOfFile: resultPath, encoding: .utf8) == "another")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("work")).count == 2)
  }

  @Test func `A result isn't used with other settings, or as another kind of result`() throws {
    try keep()
    #expect(try !isKnown("other"))
    #expect(try !isKnown("s", .candidates))
    #expect(try isKnown())
  }

  @Test(arguments: ["the Content", "the content.", "the conten", ""])
  func `A result isn't used after its input has changed`(content: String) throws {
    try keep()
    try directory.write(content, to: "input")
    #expect(try !isKnown())
    try directory.write("the content", to: "input")
    #expect(try isKnown())
  }

  @Test(arguments: ["the resulT", "the result ", "the resul", ""])
  func `A damaged result isn't used`(content: String) throws {
    try keep()
    try Data(content.utf8).write(to: URL(fileURLWithPath: resultPath))
    #expect(try !isKnown())
  }

  @Test(arguments: [true, false])
  func `A result isn't used without its record, nor a record without its result`(keepsRecord: Bool)
    throws
  {
    try keep()
    try FileManager.default.removeItem(atPath: keepsRecord ? resultPath : recordPath)
    #expect(try !isKnown())
  }

  @Test func `A record that dsel can't have written isn't used`() throws {
    for (old, new) in [
      ("\"documents\" : 56", "\"documents\" : -56"), ("\"documents\" : 56", "\"documents\" : 5e18"),
      ("\"format_version\" : 1", "\"format_version\" : 2"), ("not_json", "no_reason"), ("{", "["),
    ] {
      try keep()
      try change(recordPath) { $0 = $0.replacingOccurrences(of: old, with: new) }
      #expect(try !isKnown(), "\(new)")
    }
  }

  @Test func `Inputs of one name in two directories have two results`() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path("other"), withIntermediateDirectories: true)
    let other = try Shard(path: directory.write("the content", to: "other/input"))
    try keep()
    #expect(try work().resultPath(for: other) != resultPath)
    #expect(try work().result(for: other) == nil)
  }

  @Test func `A pipe has no result, because it can't be read twice`() throws {
    let pipe = directory.path("pipe")
    try #require(Program.run("/usr/bin/mkfifo", [pipe], in: directory).status == 0)
    #expect(try work().result(for: Shard(path: pipe)) == nil)
  }

  @Test func `A result that can't be written leaves nothing`() throws {
    let work = try work()
    #expect(throws: PipelineError.self) {
      try work.keep(report(input), of: input, registry: registry) { path throws(WritingError) in
        throw WritingError.system(SystemError(.write, path, code: 28))
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path("work")).isEmpty)
  }

  @Test func `A file can't be a work directory`() {
    #expect(throws: PipelineError.self) {
      try WorkDirectory(
        directory.path("input"), kind: .model, settings: "", registry: TemporaryFiles())
    }
  }
}
