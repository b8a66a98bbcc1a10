/// A shard that has been written.
package struct WrittenShard: Sendable, Equatable {
  /// Its name in the directory.
  package let name: String
  /// Bytes of lines, before compression.
  package let byteCount: Int
  package let lineCount: Int
}
