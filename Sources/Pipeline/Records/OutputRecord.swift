internal import Writing

/// A file or directory that a run wrote, as manifests list it.
package struct OutputRecord: Codable, Sendable {
  package enum Role: String, Codable, Sendable {
    case selected, remainder, rejects
    case rejectReasons = "reject_reasons"
    case excluded
    case nearDuplicates = "near_duplicates"
  }

  package var role: Role
  /// nil for standard output.
  package var path: String?
  /// The command that took it; nil for a file.
  package var writer: String?
  /// The size of the lines, before compression.
  package var bytes: Int
  package var lines: Int
  /// XXH3-64 of the lines, before compression.
  ///
  /// nil for a directory: ``ShardRecord`` has that of each shard.
  package var textXxh3: String?
}

extension OutputRecord {
  init(_ role: Role, _ path: String?, _ output: borrowing FinishedOutput) {
    self.init(
      role: role, path: path, bytes: output.byteCount, lines: output.lineCount,
      textXxh3: output.hash?.hexadecimal)
  }

  /// An output that isn't written has no record.
  static func of(
    _ role: Role, _ path: String?, _ output: borrowing FinishedOutput?
  ) -> [OutputRecord] {
    switch output {
    case .some(let output): [OutputRecord(role, path, output)]
    case nil: []
    }
  }
}
