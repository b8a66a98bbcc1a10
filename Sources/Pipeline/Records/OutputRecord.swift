internal import Writing

/// What manifests say of outputs.
package enum OutputRecord {
  package struct Shard: Encodable, Sendable {
    /// The name in the output's directory.
    package var path: String
    /// Bytes of lines, before compression.
    package var bytes: Int
    package var documents: Int
  }

  package struct Remainder: Encodable, Sendable {
    package var documents: Int
    /// Bytes of lines, before compression.
    package var bytes: Int
    /// Left out for a single file.
    package var shards: [Shard]?
  }
}

extension OutputRecord {
  /// - Returns: nil for a single file, or standard output.
  static func shards(of output: borrowing FinishedOutput) -> [Shard]? {
    output.shards?.map { Shard(path: $0.name, bytes: $0.byteCount, documents: $0.lineCount) }
  }

  static func remainder(_ output: borrowing FinishedOutput?) -> Remainder? {
    switch output {
    case .some(let output):
      Remainder(documents: output.lineCount, bytes: output.byteCount, shards: shards(of: output))
    case nil: nil
    }
  }
}
