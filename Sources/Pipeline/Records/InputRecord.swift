package import Files
internal import Reading

/// One input file of a run, as manifests list it.
package struct InputRecord: Encodable, Sendable {
  package var path: String
  /// The command that read it; nil if dsel read it itself.
  package var reader: String?
  package var container: String
  /// Whether checksums protect all content of a zstd or gzip file.
  package var checksum: Bool?
  /// The number of bytes as stored, and decompressed.
  package var bytes: Int
  package var textBytes: Int
  package var documents: Int
  /// XXH3-64 of the stored bytes, as `xxhsum -H3` prints it.
  package var xxh3: String
  /// XXH3-64 of the decompressed bytes; nil if an earlier run read the file.
  package var textXxh3: String?
  /// Lines that were left out, by reason; nil if there are none.
  package var skippedLines: [ExactString: Int]?
}

extension PassReport {
  /// The inputs, as manifests list them.
  var inputRecords: [InputRecord] {
    shards.map { shard in
      InputRecord(
        path: shard.name, reader: shard.reader, container: shard.container,
        checksum: shard.hasChecksums,
        bytes: shard.storedByteCount, textBytes: shard.byteCount,
        documents: shard.documentCount, xxh3: (shard.contentHash ?? 0).hexadecimal,
        textXxh3: shard.textHash?.hexadecimal, skippedLines: shard.skippedRecord)
    }
  }

  /// Skipped lines, as manifests count them.
  var skippedByReason: [ExactString: Int] { Self.byReason(skipped) }

  /// The counts of lines by their reasons' names.
  fileprivate static func byReason(_ counts: [InvalidLine.Reason: Int]) -> [ExactString: Int] {
    Dictionary(uniqueKeysWithValues: counts.map { (ExactString($0.key.rawValue), $0.value) })
  }
}

extension ShardSummary {
  /// Skipped lines, as manifests count them; nil if there are none.
  var skippedRecord: [ExactString: Int]? {
    skipped.isEmpty ? nil : PassReport.byReason(skipped)
  }
}
