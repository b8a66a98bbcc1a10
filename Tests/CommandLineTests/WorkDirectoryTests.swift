import Foundation
import TestSupport
import Testing

/// Results of an earlier run are reused while they are valid, and never otherwise.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct WorkDirectoryTests {
  private let directory: TemporaryDirectory
  private let shards: [String]

  init() throws {
    directory = try TemporaryDirectory()
    shards = try Stages.shards(4, in: directory)
  }

  enum Command: String, CaseIterable { case fit, weigh, candidates, weightCandidates }

  private func arguments(_ command: Command) throws -> [String] {
    switch command {
    case .fit: ["fit"] + Stages.buckets
    case .weigh: try ["weigh"] + Stages.modelOptions()
    case .candidates: try ["weigh", "--candidates", "40"] + Stages.modelOptions()
    // For a set, a pipe is stored before anything is weighed.
    case .weightCandidates:
      try ["weigh", "--candidates", "40", "--objective", "weight"] + Stages.modelOptions()
    }
  }

  private var results: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: directory.path("work")).sorted()
        .filter { $0.hasSuffix(".zst") }.map { "work/\($0)" }
    }
  }

  private func records() throws -> [String] { try results.map { "\($0).json" } }

  /// Runs with the work directory; returns the report, and the resulting selection.
  private func run(
    _ command: Command, _ options: [String] = []
  ) throws -> (report: JSON, whole: Data) {
    let output = command == .fit ? ["-o", "whole", "--force"] : []
    let report = try Stages.run(
      arguments(command) + shards + options + ["--work-dir", "work", "--json"] + output,
      in: directory)
    return (try JSON(report), try whole(command))
  }

  private func whole(_ command: Command) throws -> Data {
    switch command {
    case .fit: return try directory.read("whole")
    case .weigh:
      return try results.reduce(Data()) { try $0 + Containers.decompress($1, in: directory) }
    case .candidates, .weightCandidates: return try Stages.run(["merge"] + results, in: directory)
    }
  }

  /// The selection and report of a run without a work directory.
  private func plain(
    _ command: Command, _ options: [String] = []
  ) throws -> (report: JSON, whole: Data) {
    let report = try Stages.run(
      arguments(command) + shards + options + ["-o", "plain", "--force", "--json"], in: directory)
    return (try JSON(report), try directory.read("plain"))
  }

  /// The part of a report that must not depend on earlier results.
  private func statistics(_ report: JSON) -> [JSON] {
    [
      report.model, report.documents, report.tokens, report.skipped_lines, report.candidates.count,
      // An earlier run's results don't have the hashes of the decompressed files.
    ] + report.inputs.elements.map { $0.without("text_xxh3") }
  }

  @Test(arguments: Command.allCases)
  func `A second run uses the results of the first, and reports the same`(command: Command) throws {
    let expected = try plain(command)
    let first = try run(command)
    #expect(first.whole == expected.whole)
    #expect(first.report.reused_inputs.int == 0)
    let second = try run(command)
    #expect(second.whole == expected.whole)
    #expect(second.report.reused_inputs.int == shards.count)
    #expect(statistics(first.report) == statistics(expected.report))
    #expect(statistics(second.report) == statistics(expected.report))
  }

  enum Damage: CaseIterable {
    case otherContent, result, shorterResult, noResult, noRecord, garbage, emptyRecord
    case otherRecord, negative
  }

  @Test(arguments: Command.allCases, Damage.allCases)
  func `A result that is no longer valid is made again`(command: Command, damage: Damage) throws {
    _ = try run(command)
    let (result, record) = try (results[1], records()[1])
    switch damage {
    case .otherContent: try changeInPlace(shards[1])
    case .result:
      var bytes = try directory.read(result)
      bytes[bytes.count / 2] ^= 1
      try directory.write(bytes, to: result)
    case .shorterResult: try directory.write(directory.read(result).dropLast(), to: result)
    case .noResult: try FileManager.default.removeItem(atPath: directory.path(result))
    case .noRecord: try FileManager.default.removeItem(atPath: directory.path(record))
    case .garbage: try directory.write("{\"format\": \"dsel-record\", \u{0}", to: record)
    case .emptyRecord: try directory.write("", to: record)
    case .otherRecord: try directory.write(directory.read(records()[2]), to: record)
    case .negative:
      var text = String(decoding: try directory.read(record), as: UTF8.self)
      let documents = try #require(text.range(of: "\"documents\" : "))
      text.insert("-", at: documents.upperBound)
      try directory.write(text, to: record)
    }
    let expected = try plain(command)
    let again = try run(command)
    #expect(again.whole == expected.whole)
    #expect(again.report.reused_inputs.int == shards.count - 1)
    #expect(statistics(again.report) == statistics(expected.report))
    #expect(try run(command).report.reused_inputs.int == shards.count)
  }

  /// Changes a letter of a text, and restores the file's old times.
  private func changeInPlace(_ name: String) throws {
    let path = directory.path(name)
    let date = try #require(
      FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    var bytes = try directory.read(name)
    let place = try #require(bytes.range(of: Data("the ".utf8)))
    bytes[place.lowerBound] = UInt8(ascii: "s")
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.write(contentsOf: bytes)
    try file.close()
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
  }

  @Test(arguments: Command.allCases)
  func `Results with other settings aren't used`(command: Command) throws {
    let variants: [[String]] =
      switch command {
      case .fit: [["--min-tokens", "50"], ["--no-sample"], ["--ngrams", "1"]]
      case .weigh: [["--estimator", "shrunk"], ["--normalize", "length"], ["--id-field", "id"]]
      case .candidates, .weightCandidates:
        [["--seed", "1"], ["--top-k"], ["--min-tokens", "50"]]
      }
    _ = try run(command)
    for options in variants + [["--on-error", "skip"]] {
      let other = try run(command, options)
      #expect(other.report.reused_inputs.int == 0, "\(options)")
      #expect(try other.whole == plain(command, options).whole, "\(options)")
    }
  }

  @Test func `Weights of another model aren't used`() throws {
    _ = try run(.weigh)
    // The same counts, and another sample.
    try Stages.run(
      ["fit", Fixtures.wiki, "-o", "wiki.model", "--no-sample"] + Stages.buckets, in: directory)
    let options = ["--target-model", "wiki.model", "--estimator", "shrunk"]
    let models = try Stages.models()
    let command =
      ["weigh", "--pool-model", models.path("pool.model"), "--json", "--work-dir", "work"] + options
    #expect(try JSON(Stages.run(command + shards, in: directory)).reused_inputs.int == 0)
    #expect(try JSON(Stages.run(command + shards, in: directory)).reused_inputs.int == 4)
  }

  @Test func `Only the new shards are fitted`() throws {
    try Stages.run(
      arguments(.fit) + shards.dropLast() + ["--work-dir", "work", "-o", "part"], in: directory)
    let whole = try run(.fit)
    #expect(whole.report.reused_inputs.int == shards.count - 1)
    #expect(try whole.whole == plain(.fit).whole)
  }

  @Test(arguments: [Command.fit, .weigh, .weightCandidates])
  func `An interrupted run leaves its finished results to the next run`(command: Command) throws {
    // The third shard is a pipe without a writer, so the run is waiting there when it is
    // interrupted.
    let text = try directory.read(shards[2])
    try FileManager.default.removeItem(atPath: directory.path(shards[2]))
    _ = try Program.shell("mkfifo \"$1\"", [shards[2]], in: directory)
    let process = Process()
    process.executableURL = Dsel.binary
    process.arguments =
      try arguments(command) + shards + ["--work-dir", "work", "--quiet"]
      + (command == .fit ? ["-o", "whole"] : [])
    process.currentDirectoryURL = directory.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline, (try? records().count(where: { directory.exists($0) })) ?? 0 < 2 {
      Thread.sleep(forTimeInterval: 0.02)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal || process.terminationStatus == 130)
    #expect(!directory.exists("whole"))
    try FileManager.default.removeItem(atPath: directory.path(shards[2]))
    try directory.write(text, to: shards[2])
    let again = try run(command)
    #expect(again.report.reused_inputs.int == 2)
    #expect(try again.whole == plain(command).whole)
    #expect(directory.names.filter { $0.contains("dsel-tmp") } == [])
  }
}
