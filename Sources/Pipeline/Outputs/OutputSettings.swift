package import Compression
package import Writing

/// The outputs of a run, and their places.
package struct OutputSettings: Sendable, Codable {
  package enum Place: Sendable, Equatable, Codable {
    case standardOutput
    case file(path: String)
    /// Shards in a directory.
    case directory(path: String)

    /// The container, unless another is requested.
    ///
    /// A file's name determines it. Shards are compressed.
    package var defaultContainer: Container {
      switch self {
      case .standardOutput: .plain
      case .file(let path): Container(suffixOf: path)
      case .directory: .zstd
      }
    }
  }

  /// The format of the selection and of the remainder.
  package var format = RecordFormat.jsonLines
  package var output = Place.standardOutput
  package var container = Container.plain
  /// The command that takes the output, which is a file only until it is whole.
  package var writer: WriterCommand?
  /// Whether the command takes the manifest, too.
  package var givesManifest = false
  /// The place for the documents of the pool that weren't chosen.
  package var remainder: Place?
  package var remainderContainer = Container.plain
  /// The limit on the size of a shard, before compression.
  ///
  /// A shard ends before the line that would exceed it.
  package var shardByteLimit = 256_000_000
  /// Whether each file of the pool has a shard of its own in the directory, where other runs write
  /// those of other files.
  package var isByShard = false
  package var rejects: String?
  /// The list of excluded documents.
  package var excluded: String?
  /// The list of near-duplicates.
  package var nearDuplicates: String?
  /// Further files of the run, each written separately.
  package var others: [String] = []
  package var manifest: String?
  /// The seed of the random order of lines; nil for another order.
  package var shuffleSeed: UInt64?
  /// Whether lines are written by falling log weight. Then there is no ``shuffleSeed``.
  package var ordersByWeight = false
  package var replaces = false
  /// The directory for temporary files without a name.
  package var spoolDirectory = Defaults.spoolDirectory

  package init() {}

  /// The name of the order of lines; nil for pool order.
  var order: String? { ordersByWeight ? "weight" : shuffleSeed == nil ? nil : "shuffle" }

  /// The directories of shards.
  package var directories: [String] {
    [output, remainder].compactMap { place in
      if case .directory(let path)? = place { path } else { nil }
    }
  }

  /// The files that get their own names.
  package var paths: [String] {
    var paths = [output, remainder].compactMap { place -> String? in
      if case .file(let path)? = place { path } else { nil }
    }
    paths += [manifest, rejects, rejectReasons, excluded, nearDuplicates].compactMap { $0 }
    return paths + others
  }
}
