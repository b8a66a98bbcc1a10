package import Compression

/// The outputs of a run, and where they go.
package struct OutputSettings: Sendable, Codable {
  package enum Place: Sendable, Equatable, Codable {
    case standardOutput
    case file(path: String)
    /// Shards in a directory.
    case directory(path: String)

    /// The container, unless another is asked for: a file's name says it, and shards are
    /// compressed.
    package var defaultContainer: Container {
      switch self {
      case .standardOutput: .plain
      case .file(let path): Container(suffixOf: path)
      case .directory: .zstd
      }
    }
  }

  /// The format of the selection, and of other records of the pool.
  var format = RecordFormat.jsonLines
  package var output = Place.standardOutput
  package var container = Container.plain
  /// Where the documents of the pool go that weren't chosen.
  package var remainder: Place?
  package var remainderContainer = Container.plain
  /// A shard ends before the line that would bring it above this number of bytes, before
  /// compression.
  package var shardByteLimit = 256_000_000
  package var rejects: String?
  /// Further files of the run, each written on its own.
  package var others: [String] = []
  package var manifest: String?
  /// Lines are written in the random order that this gives; nil: in pool order.
  package var shuffleSeed: UInt64?
  package var replaces = false
  /// Where temporary files without a name go.
  package var spoolDirectory = "/tmp"

  package init() {}

  /// The files that get a name of their own.
  var paths: [String] {
    var paths = [output, remainder].compactMap { place -> String? in
      if case .file(let path)? = place { path } else { nil }
    }
    paths += [manifest, rejects, rejectReasons].compactMap { $0 }
    return paths + others
  }
}
