internal import Files
internal import Platform
internal import Reading
internal import Weighting
internal import Writing

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Results of single inputs, kept for later runs.
///
/// A run that was interrupted, or that has more inputs now, need not begin again. Beside each
/// result is a record of its origin. A result is used only if the settings, the input's content and
/// the result's own content match the record. Otherwise it is made again.
struct WorkDirectory {
  enum Kind: String {
    case model = "model.zst"
    case weights = "weights.jsonl.zst"
    case candidates = "candidates.jsonl.zst"
  }

  /// The first words of notes on fields of the text: 1 if a document has the field, else 0.
  private static let textFieldNote = "text_field "
  private let path: String
  private let kind: Kind
  private let settings: String

  /// An input whose result exists.
  struct Known {
    var path: String
    var report: PassReport
    /// Further counts that the caller stored.
    var notes: [ExactString: Int]
  }

  /// The record of a result, as JSON.
  private struct Record: Codable {
    var format = "dsel-record"
    var formatVersion = 1
    var settings: String
    var input: Content
    var container: String
    var checksum: Bool?
    var textBytes: Int
    var documents: Int
    var skippedLines: [ExactString: Int]
    var notes: [ExactString: Int]
    var result: Content

    private enum CodingKeys: String, CodingKey {
      case format, settings, input, container, checksum, documents, notes, result
      case formatVersion = "format_version"
      case textBytes = "text_bytes"
      case skippedLines = "skipped_lines"
    }

    /// False if dsel can't have written these numbers.
    var isPossible: Bool {
      let counts = [textBytes, documents] + skippedLines.values + notes.values
      return formatVersion == 1 && counts.allSatisfy { $0 >= 0 }
    }
  }

  private struct Content: Codable, Equatable {
    var path: String
    var bytes: Int
    var xxh3: String
  }

  /// - Parameter settings: everything that a result depends on, besides its input.
  /// - Throws: ``PipelineError``
  init(_ path: String, kind: Kind, settings: String, registry: TemporaryFiles) throws {
    do throws(SystemError) { try File.createDirectory(path) } catch {
      throw PipelineError.output(.writing(.system(error)))
    }
    do throws(WritingError) { try registry.probe(for: "\(path)/result") } catch {
      throw PipelineError.output(.writing(error))
    }
    self.path = path
    self.kind = kind
    self.settings = settings
  }

  /// The path of an input's result.
  ///
  /// Its name has the input's file name and a hash of the input's path, since shards in several
  /// directories may have the same name.
  func resultPath(for shard: Shard) -> String {
    let name = shard.name.pathParts(omittingEmpty: true).last ?? "input"
    return "\(path)/\(name).\(ContentHash.of(shard.name).hexadecimal).\(kind.rawValue)"
  }

  private func recordPath(for shard: Shard) -> String { "\(resultPath(for: shard)).json" }

  /// The result for `shard`; nil if there is none, or if it is stale.
  ///
  /// - Throws: ``PipelineError``
  func result(for shard: Shard) throws -> Known? {
    do {
      // A command would have to give all its bytes only to be compared.
      guard shard.isRereadable, shard.command == nil,
        let bytes = try ContentHash.smallFile(recordPath(for: shard), limit: 1 << 20),
        let record = try? JSONDecoder().decode(Record.self, from: Data(bytes)),
        record.settings == settings, record.isPossible,
        record.input.bytes == shard.status.byteCount,
        try FileStatus(path: resultPath(for: shard))?.byteCount == record.result.bytes
      else { return nil }
      let input = try Self.content(shard)
      guard input == record.input,
        try Self.content(Shard(path: resultPath(for: shard))) == record.result
      else { return nil }
      // The numbers will be added to others, so they must not be too large.
      let numbers =
        [record.textBytes, record.documents] + record.skippedLines.values + record.notes.values
      guard numbers.allSatisfy({ (0...FittedModel.largestCount).contains($0) }) else { return nil }
      var summary = ShardSummary(name: shard.name)
      summary.storedByteCount = record.input.bytes
      summary.byteCount = record.textBytes
      summary.documentCount = record.documents
      summary.contentHash = UInt64(hexadecimal: record.input.xxh3)
      summary.container = record.container
      summary.hasChecksums = record.checksum
      for (name, count) in record.skippedLines {
        guard let reason = InvalidLine.Reason(rawValue: name.string) else { return nil }
        summary.skipped[reason] = count
      }
      var report = PassReport()
      report.shards = [summary]
      for key in record.notes.keys.sorted() where key.string.hasPrefix(Self.textFieldNote) {
        // Behind the mark, the number of the field and a blank.
        let name = String(key.string.dropFirst(Self.textFieldNote.count + 5))
        report.textFields.append(FoundTextField(name: name, isFound: record.notes[key] != 0))
      }
      return Known(path: resultPath(for: shard), report: report, notes: record.notes)
    } catch let error as SystemError {
      throw PipelineError.input(.reading(.system(error), line: nil))
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    }
  }

  /// Keeps a result: first the file, then its record.
  ///
  /// Each gets its name only when it is whole.
  ///
  /// - Parameter write: writes the result to the path that it is given.
  /// - Throws: ``PipelineError``
  func keep(
    _ report: PassReport, of shard: Shard, notes: [ExactString: Int] = [:],
    registry: TemporaryFiles, _ write: (String) throws -> AtomicFile?
  ) throws {
    let path = resultPath(for: shard)
    var notes = notes
    for (number, field) in report.textFields.enumerated() {
      let digits = String(10_000 + number).dropFirst()
      notes[ExactString("\(Self.textFieldNote)\(digits) \(field.name)")] = field.isFound ? 1 : 0
    }
    do {
      try registry.keepingOn { if let file = try write(path) { try file.commit() } }
      let summary = report.shards[0]
      let record = Record(
        settings: settings,
        input: Content(
          path: shard.name, bytes: summary.storedByteCount,
          xxh3: (summary.contentHash ?? 0).hexadecimal),
        container: summary.container, checksum: summary.hasChecksums,
        textBytes: summary.byteCount, documents: summary.documentCount,
        skippedLines: report.skippedByReason,
        notes: notes, result: try Self.content(Shard(path: path)))
      try registry.keepingOn {
        let file = try ManifestWriter.write(
          record, to: recordPath(for: shard), replaces: true, registry: registry)
        try file.commit()
      }
    } catch let error as WritingError {
      throw PipelineError.output(.writing(error))
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    }
  }

  private static func content(_ shard: Shard) throws(ReadingError) -> Content {
    let (byteCount, hash) = try ContentHash.of(shard)
    return Content(path: shard.name, bytes: byteCount, xxh3: hash.hexadecimal)
  }
}
