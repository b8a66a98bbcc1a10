/// A shard that has been written.
package struct WrittenShard: Sendable, Equatable {
  /// The name in the directory.
  package let name: String
  /// Bytes of lines, before compression.
  package let byteCount: Int
  package let lineCount: Int
  /// XXH3-64 of the lines, before compression.
  package let hash: UInt64
}
