internal import Files

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The parts of a manifest that name files.
///
/// Manifests of older versions have fewer of them.
struct StoredManifest: Decodable {
  struct File: Decodable {
    var path: String
    var reader: String?
    var bytes: Int?
    var xxh3: String?
    var textXxh3: String?
  }

  struct Side: Decodable { var inputs: [File] }

  struct Target: Decodable { var side: Side }

  struct Remainder: Decodable { var shards: [File]? }

  struct Excluded: Decodable { var files: [File]? }

  struct Timings: Decodable {
    var command: Invocation?
    var totalSeconds: Double?
  }

  struct Selected: Decodable { var documents: Int? }

  /// A file of a selection that was made on many machines, beside its manifest.
  struct DistributedFile: Decodable {
    var name: String
    /// nil for rows of Parquet.
    var textXxh3: String?
  }

  struct Settings: Decodable { var objective: Objective? }

  /// The model that a set completes.
  struct Objective: Decodable {
    var base: String?
    var baseXxh3: String?
  }

  /// In the manifest of a `weigh`, names alone, without hashes.
  struct Outputs: Decodable {
    var records: [OutputRecord]

    init(from decoder: any Decoder) { records = (try? [OutputRecord](from: decoder)) ?? [] }
  }

  /// In the manifest of a `select`, an object with inputs; in that of a `resample`, a list.
  struct Pool: Decodable {
    var inputs: [File]

    init(from decoder: any Decoder) throws {
      if let side = try? Side(from: decoder) {
        inputs = side.inputs
      } else {
        inputs = try [File](from: decoder)
      }
    }
  }

  var dselVersion: String
  var target: Side?
  var targets: [Target]?
  /// nil in that of a `weigh`.
  var pool: Pool?
  /// Files of weights or candidates, or in that of a `weigh`, of documents.
  var inputs: [File]?
  /// Only in that of a `weigh`.
  var targetModels: [File]?
  var poolModel: File?
  var excluded: Excluded?
  var outputs: Outputs?
  var shards: [File]?
  var remainder: Remainder?
  var selected: Selected?
  var settings: Settings?
  /// nil in that of a selection on many machines, which isn't the work of one command line.
  var timings: Timings?
  var format: String?
  /// Only in that of a selection on many machines.
  var files: [DistributedFile]?

  /// - Throws: ``PipelineError``
  init(path: String) throws(PipelineError) {
    guard (try? FileStatus(path: path))?.kind != .directory else {
      throw .verifying(.isDirectory(path: path))
    }
    guard let content = try StoredJSON.read(path, limit: Self.sizeLimit),
      let manifest = try? StoredJSON.decoder.decode(StoredManifest.self, from: content),
      manifest.pool != nil || manifest.poolModel != nil,
      manifest.timings != nil || manifest.isDistributed
    else { throw .verifying(.notManifest(path: path)) }
    self = manifest
  }

  /// Whether `dsel.distributed` wrote it.
  var isDistributed: Bool { format == "dsel-distributed-selection" }

  /// 1 GiB, room for the names of some millions of files.
  private static let sizeLimit = 1 << 30
}
