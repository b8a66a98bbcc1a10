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
  var pool: Pool
  /// Files of weights or candidates.
  var inputs: [File]?
  var excluded: Excluded?
  var outputs: [OutputRecord]?
  var shards: [File]?
  var remainder: Remainder?
  var selected: Selected?
  var timings: Timings

  /// - Throws: ``PipelineError``
  init(path: String) throws(PipelineError) {
    guard let content = try StoredJSON.read(path, limit: Self.sizeLimit),
      let manifest = try? StoredJSON.decoder.decode(StoredManifest.self, from: content)
    else { throw .verifying(.notManifest(path: path)) }
    self = manifest
  }

  /// 1 GiB, room for the names of some millions of files.
  private static let sizeLimit = 1 << 30
}
