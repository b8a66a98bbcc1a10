import Files
import Foundation
import Reading
import Resampling
import TestSupport
import Testing
import Weighting
import Writing

@testable import Pipeline

/// A pool in another format than lines of JSON works in every command.
///
/// The selection equals that from the same documents as lines.
@Suite struct TableFormatTests {
  private static let threadCounts = [1, 3]
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()
  private let rows: [Table.Row]
  private let target: String
  /// The same two shards of documents in both formats.
  private let tables: [String]
  private let lines: [String]

  init() throws {
    directory = try TemporaryDirectory()
    var random = SplitMix64(state: 6)
    func row(_ number: Int, _ words: Range<Int>) -> Table.Row {
      let text = (0..<Int.random(in: 20...60, using: &random)).map { _ in
        String(Int.random(in: words, using: &random), radix: 36)
      }
      return Table.Row(text: text.joined(separator: " "), domain: "d\(number % 3)")
    }
    rows = (0..<600).map { row($0, $0 % 4 == 0 ? 0..<300 : 200..<2000) }
    let wanted = (0..<40).map { row($0, 0..<300) }
    target = try directory.write(Self.jsonl(wanted), to: "target.jsonl")
    let halves = [Array(rows[..<350]), Array(rows[350...])]
    let (folder, all) = (directory, halves.enumerated())
    tables = try all.map { try folder.write(Table.file($1, groupSize: 64), to: "\($0).table") }
    lines = try all.map { try folder.write(Self.jsonl($1), to: "\($0).jsonl") }
  }

  private static func jsonl(_ rows: [Table.Row]) -> Data {
    Data(rows.flatMap { $0.line + [UInt8(ascii: "\n")] })
  }

  @Test(arguments: threadCounts)
  func `A selection and its remainder equal those from lines`(threadCount: Int) throws {
    let mixed = [tables[0], lines[1]]
    let expected = try select(lines, threadCount: 1)
    #expect(expected.selection.split(separator: UInt8(ascii: "\n")).count == 90)
    #expect(expected.remainder.split(separator: UInt8(ascii: "\n")).count == 510)
    for pool in [tables, mixed] {
      #expect(try select(pool, threadCount: threadCount) == expected)
    }
  }

  @Test(arguments: threadCounts)
  func `Strata, annotations and a shuffle equal those from lines`(threadCount: Int) throws {
    func change(_ settings: inout SelectSettings) {
      var strata = StratifySettings(field: "domain")
      strata.mixture = ["d0": 0.5]
      settings.stratify = strata
      settings.annotates = true
      settings.outputs.shuffleSeed = 3
    }
    let expected = try select(lines, threadCount: 1, change)
    #expect(try select(tables, threadCount: threadCount, change) == expected)
  }

  @Test func `Weights equal those of lines, and lead back to the rows`() throws {
    let models = ["target.model", "pool.model"].map { directory.path($0) }
    try fit([target], to: models[0])
    try fit(tables, to: models[1])
    let (ofTables, ofLines) = (try weigh(tables, models), try weigh(lines, models))
    #expect(ofTables.count == 600)
    #expect(ofTables.map(\.log_weight) == ofLines.map(\.log_weight))
    #expect(ofTables.map(\.text_hash) == ofLines.map(\.text_hash))
    // Each file numbers its rows from 0.
    #expect(ofTables.map(\.offset.int) == Array(0..<350) + Array(0..<250))

    try weigh(lines, models, to: "lines.weights")
    try weigh(tables, models, to: "tables.weights")
    let expected = try resample("lines.weights", lines)
    #expect(expected.split(separator: UInt8(ascii: "\n")).count == 60)
    #expect(try resample("tables.weights", tables) == expected)
  }

  @Test func `An invalid row is named, or skipped and kept`() throws {
    var some = Array(rows[..<100])
    some[70].text = nil
    let table = try directory.write(Table.file(some, groupSize: 16), to: "some.table")
    #expect { try select([table], threadCount: 2) } throws: {
      guard case PipelineError.input(.invalidLine(table, line: 71, let error)) = $0 else {
        return false
      }
      return error.reason == .missingField
    }
    _ = try select([table], threadCount: 2) {
      $0.reading.errorPolicy = .skip
      $0.outputs.rejects = directory.path("rejects")
    }
    #expect(try directory.read("rejects") == Self.jsonl([some[70]]))
    let reason = try directory.json("rejects.reasons.jsonl")
    #expect(reason.line == .number(71) && reason.offset == .number(70))
  }

  @Test func `A row is explained by its number`() throws {
    var settings = ReadingSettings()
    settings.formats = [Table()] + DocumentFormats.all
    let shard = try Inputs([tables[1]], settings).shards[0]
    let text = try DocumentLines(reading: settings).document(at: 5, of: shard) { _, text in
      String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    }
    #expect(text == rows[350 + 4].text)
  }

  @Test func `A spool of a table is a table`() throws {
    var settings = ReadingSettings()
    settings.formats = [Table()] + DocumentFormats.all
    settings.spoolDirectory = directory.url.path
    let shard = try Inputs([tables[0]], settings).shards[0]
    let step = SpoolStep(
      directory: directory.url.path, limits: ReadingLimits(), progress: ProgressMeter(show: nil))
    let (spool, summary) = try step.run(shard)
    #expect(summary.byteCount == Table.file(Array(rows[..<350]), groupSize: 64).count)
    var texts: [String] = []
    _ = try DocumentLines(reading: settings).forEach([spool]) { _, text in
      texts.append(String(decoding: text.indices.map { text[$0] }, as: UTF8.self))
      return true
    }
    #expect(texts == rows[..<350].compactMap(\.text))
  }

  // MARK: Commands

  private struct Selected: Equatable {
    var selection: Data
    var remainder: Data
  }

  private func select(
    _ pool: [String], threadCount: Int, _ change: (inout SelectSettings) -> Void = { _ in }
  ) throws -> Selected {
    var settings = SelectSettings(
      targets: [TargetSettings(name: nil, paths: [target])], pool: pool)
    settings.reading.formats = [Table()] + DocumentFormats.all
    settings.reading.threadCount = threadCount
    settings.size = pool.count == 1 ? .documents(10) : .documents(90)
    settings.draw.minimumTokenCount = 10
    settings.outputs.output = .file(path: directory.path("selection"))
    settings.outputs.remainder = .file(path: directory.path("remainder"))
    settings.outputs.replaces = true
    change(&settings)
    _ = try Select(settings, progress: ProgressMeter(show: nil), registry: registry).run()
    return Selected(
      selection: try directory.read("selection"), remainder: try directory.read("remainder"))
  }

  private func fit(_ inputs: [String], to path: String) throws {
    var settings = FitSettings(inputs: inputs)
    settings.reading.formats = [Table()] + DocumentFormats.all
    settings.output = .file(path: path)
    _ = try Fit(settings, progress: ProgressMeter(show: nil), registry: registry).run()
  }

  /// - Returns: the lines of weights.
  @discardableResult
  private func weigh(
    _ pool: [String], _ models: [String], to name: String = "weights"
  ) throws -> [JSON] {
    var settings = WeighSettings(
      .weights(targets: [NamedModel(name: nil, path: models[0])]), poolModel: models[1], pool: pool)
    settings.reading.formats = [Table()] + DocumentFormats.all
    settings.output = .file(path: directory.path(name))
    settings.replacesOutputs = true
    _ = try Weigh(settings, progress: ProgressMeter(show: nil), registry: registry).run()
    return try directory.read(name).split(separator: UInt8(ascii: "\n")).map { try JSON(Data($0)) }
  }

  private func resample(_ weights: String, _ pool: [String]) throws -> Data {
    var settings = ResampleSettings(
      source: .weights([directory.path(weights)], target: nil, size: .documents(60)), pool: pool)
    settings.reading.formats = [Table()] + DocumentFormats.all
    settings.draw.minimumTokenCount = 10
    settings.outputs.output = .file(path: directory.path("resampled"))
    settings.outputs.replaces = true
    _ = try Resample(settings, progress: ProgressMeter(show: nil), registry: registry).run()
    return try directory.read("resampled")
  }
}
