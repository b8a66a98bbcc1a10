internal import Writing

/// One shard of an output directory, as manifests list it.
package struct ShardRecord: Encodable, Sendable {
  /// The file's name in the output directory.
  package var path: String
  /// The size of the lines, before compression.
  package var bytes: Int
  package var documents: Int
  /// XXH3-64 of the lines, before compression.
  package var textXxh3: String
}

extension ShardRecord {
  /// - Returns: nil for a single file and for standard output.
  static func shards(of output: borrowing FinishedOutput) -> [ShardRecord]? {
    output.shards?.map {
      ShardRecord(
        path: $0.name, bytes: $0.byteCount, documents: $0.lineCount, textXxh3: $0.hash.hexadecimal)
    }
  }
}

/// The documents of the pool that weren't selected, if they are written.
package struct RemainderRecord: Encodable, Sendable {
  package var documents: Int
  /// The size of the lines, before compression.
  package var bytes: Int
  /// nil for a single file.
  package var shards: [ShardRecord]?
}

extension RemainderRecord {
  /// - Returns: nil if the remainder isn't written.
  static func of(_ output: borrowing FinishedOutput?) -> RemainderRecord? {
    switch output {
    case .some(let output):
      RemainderRecord(
        documents: output.lineCount, bytes: output.byteCount, shards: ShardRecord.shards(of: output)
      )
    case nil: nil
    }
  }
}
