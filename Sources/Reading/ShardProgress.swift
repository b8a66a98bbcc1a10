package import Compression

/// The part of a shard that has been read so far.
package struct ShardProgress: Sendable, Equatable {
  /// The bytes read from the file, as they are stored.
  package var storedByteCount = 0
  /// The bytes of the records handed out, decompressed.
  package var byteCount = 0
  package var container = Container.plain
  /// Whether checksums guard the bytes; nil for plain files, which have none.
  package var hasChecksums: Bool?
  /// XXH3-64 of the stored bytes, at the end, if it was requested.
  package var contentHash: UInt64?
  /// XXH3-64 of the decompressed bytes, likewise.
  package var textHash: UInt64?

  package init() {}
}

extension ByteSource {
  /// - Parameter byteCount: the size of the records handed out.
  package func progress(byteCount: Int) -> ShardProgress {
    var progress = ShardProgress()
    progress.storedByteCount = storedByteCount
    progress.byteCount = byteCount
    progress.container = container
    progress.hasChecksums = hasChecksums
    progress.contentHash = contentHash
    progress.textHash = textHash
    return progress
  }
}
