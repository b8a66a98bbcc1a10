package import Reading

/// The content of one input, as a pass found it.
package struct ShardSummary: Sendable, Equatable {
  package var name: String
  /// The size of the file as it is stored.
  package var storedByteCount = 0
  /// The size of the file, decompressed.
  package var byteCount = 0
  package var documentCount = 0
  /// XXH3-64 of the stored bytes.
  package var contentHash: UInt64?
  /// XXH3-64 of the decompressed bytes; nil if an earlier run read the file.
  package var textHash: UInt64?
  package var container = ""
  /// The command that read the file; nil if dsel read it itself.
  package var reader: String?
  /// Whether its container has checksums; nil for plain files.
  package var hasChecksums: Bool?
  /// Lines that were left out, by reason.
  package var skipped: [InvalidLine.Reason: Int] = [:]

  package init(name: String, reader: String? = nil) {
    self.name = name
    self.reader = reader
  }

  package init(_ shard: Shard) { self.init(name: shard.name, reader: shard.command?.text) }

  package var skippedCount: Int { skipped.values.reduce(0, +) }
}
