import Foundation
import Reading
import Resampling
import TestSupport
import Testing
import Writing

@testable import Pipeline

/// The outputs of a run are refused before any work, or all appear together.
@Suite struct RunOutputsTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write("{\"text\":\"pool\"}\nbad\n", to: "pool")
  }

  private var pool: Shard { get throws { try Shard(path: directory.path("pool")) } }

  private func settings(_ change: (inout OutputSettings) -> Void = { _ in }) -> OutputSettings {
    var settings = OutputSettings()
    settings.output = .file(path: directory.path("out"))
    settings.manifest = directory.path("manifest")
    settings.spoolDirectory = directory.url.path
    change(&settings)
    return settings
  }

  /// The error that refuses the outputs; nil if they are accepted.
  private func refusal(_ settings: OutputSettings) throws -> (any Error)? {
    let inputs = [try pool]
    do {
      _ = try RunOutputs(settings, inputs: inputs, registry: registry)
      return nil
    } catch { return error }
  }

  private func expectInput(_ settings: OutputSettings, _ name: String) throws {
    guard case PipelineError.output(.isInput(let path))? = try refusal(settings) else {
      Issue.record("\(name) was not refused")
      return
    }
    #expect(path == directory.path(name))
  }

  private func expectOutput(_ settings: OutputSettings, _ path: String) throws {
    guard case PipelineError.output(.isOutput(path: path))? = try refusal(settings) else {
      Issue.record("\(path) was not refused")
      return
    }
  }

  @Test func `An output that is an input is refused, under any name and as any output`() throws {
    let path = directory.path("pool")
    try FileManager.default.linkItem(atPath: path, toPath: directory.path("link"))
    for name in ["pool", "link"] {
      let path = directory.path(name)
      try expectInput(
        settings {
          $0.output = .file(path: path)
          $0.replaces = true
        }, name)
      try expectInput(settings { $0.manifest = path }, name)
      try expectInput(settings { $0.rejects = path }, name)
      try expectInput(settings { $0.remainder = .file(path: path) }, name)
      try expectInput(settings { $0.others = [path] }, name)
    }
    #expect(directory.names == ["link", "pool"])
  }

  @Test func `Two outputs of one name are refused in any spelling`() throws {
    let path = directory.url.path
    for name in ["\(path)/out", "\(path)/./out", "\(path)//out"] {
      try expectOutput(settings { $0.manifest = name }, name)
    }
    try expectOutput(
      settings {
        $0.output = .directory(path: "\(path)/d")
        $0.remainder = .directory(path: "\(path)/d/")
      }, "\(path)/d/")
    #expect(try refusal(settings { $0.manifest = "\(path)/Out" }) == nil)
    // A directory made for a run is removed when the run is refused.
    #expect(directory.names == ["pool"])
  }

  @Test func `An existing file is refused unless it may be replaced`() throws {
    try directory.write("old", to: "manifest")
    guard case PipelineError.output(.writing(.outputExists(let path)))? = try refusal(settings())
    else {
      Issue.record("not refused")
      return
    }
    #expect(path == directory.path("manifest"))
    #expect(try refusal(settings { $0.replaces = true }) == nil)
    #expect(try directory.read("manifest") == Data("old".utf8))
  }

  private struct Manifest: Encodable { var number = 5 }

  /// Writes all outputs, and calls `body` before they get their names.
  private func write(_ settings: OutputSettings, before body: () throws -> Void = {}) throws {
    let outputs = try RunOutputs(settings, inputs: [pool], registry: registry)
    var output = try outputs.openOutput()
    try output.write(Array("chosen".utf8).span, adding: nil, order: 0)
    let finished = try outputs.close(&output)
    var finishedRemainder: FinishedOutput?
    if var remainder = try outputs.openRemainder() {
      try remainder.write(Array("left".utf8).span, adding: nil, order: 0)
      finishedRemainder = try outputs.close(&remainder)
    }
    var report = PassReport()
    report.rejects = [
      SkippedLine(
        place: RecordPlace(position: Position(shard: 0, place: 16), byteCount: 3), number: 2,
        error: .notJSON(.expectedValue, column: 1))
    ]
    let rejects = try outputs.writeRejects(
      [(Inputs([directory.path("pool")]), report)], limits: ReadingLimits(),
      progress: ProgressMeter(show: nil))
    let manifest = try outputs.write(Manifest())
    try body()
    try outputs.commit(finished, finishedRemainder, rejects, manifest)
  }

  @Test func `All outputs get their names together`() throws {
    let all = settings {
      $0.remainder = .file(path: directory.path("rest"))
      $0.rejects = directory.path("rejects")
    }
    try write(all) {
      #expect(directory.names.filter { !$0.hasPrefix(".") } == ["pool"])
    }
    #expect(
      directory.names == ["manifest", "out", "pool", "rejects", "rejects.reasons.jsonl", "rest"])
    #expect(try directory.read("out") == Data("chosen\n".utf8))
    #expect(try directory.read("rest") == Data("left\n".utf8))
    #expect(try directory.read("rejects") == Data("bad\n".utf8))
    let reason = try directory.json("rejects.reasons.jsonl")
    #expect(reason["file"].string == directory.path("pool"))
    #expect(reason["line"].int == 2 && reason["offset"].int == 16)
    #expect(try directory.json("manifest")["number"].int == 5)
  }

  /// A file can't take the name of a directory.
  @Test(arguments: ["out", "rest", "manifest"])
  func `If one output can't get its name, all names stay as before`(name: String) throws {
    for old in ["out", "rest", "manifest"] { try directory.write("old \(old)", to: old) }
    let all = settings {
      $0.remainder = .file(path: directory.path("rest"))
      $0.replaces = true
    }
    #expect(throws: PipelineError.self) {
      try write(all) {
        try FileManager.default.removeItem(atPath: directory.path(name))
        try FileManager.default.createDirectory(
          atPath: directory.path(name), withIntermediateDirectories: true)
      }
    }
    #expect(directory.names == ["manifest", "out", "pool", "rest"])
    for old in ["out", "rest", "manifest"] where old != name {
      #expect(try directory.read(old) == Data("old \(old)".utf8))
    }
  }

  @Test func `Shards replace those of an earlier run`() throws {
    let shards = settings {
      $0.output = .directory(path: directory.path("shards"))
      $0.shardByteLimit = 10
    }
    try write(shards)
    let old = try FileManager.default.contentsOfDirectory(atPath: directory.path("shards"))
    #expect(old.count == 1)
    guard
      case PipelineError.output(.writing(.shardsExist))? = try refusal(
        settings {
          $0.output = .directory(path: directory.path("shards"))
          $0.manifest = nil
        })
    else {
      Issue.record("not refused")
      return
    }
    var again = shards
    again.replaces = true
    try write(again)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path("shards")) == old)
  }

  @Test func `Rejects that aren't a file have no file of reasons`() {
    #expect(settings { $0.rejects = "/dev/null" }.rejectReasons == nil)
    #expect(settings { $0.rejects = nil }.rejectReasons == nil)
    #expect(settings { $0.rejects = "a/b" }.rejectReasons == "a/b.reasons.jsonl")
  }
}
