internal import Compression

/// An output that is complete and on the disk, and doesn't have its name yet.
package struct FinishedOutput: ~Copyable {
  package let lineCount: Int
  /// Bytes of lines, before compression.
  package let byteCount: Int
  /// XXH3-64 of the lines, before compression; nil for shards, which have hashes of their own.
  package internal(set) var hash: UInt64?
  /// nil for a single file or standard output.
  package internal(set) var shards: [WrittenShard]?
  var file: AtomicFile?
  var directory: ShardDirectory?
  /// The numbers of the run's shards in a directory that it shares with others; else nil.
  var numbers: [Int]?
  let container: Container

  init(lineCount: Int, byteCount: Int, container: Container) {
    self.lineCount = lineCount
    self.byteCount = byteCount
    self.container = container
  }

  /// Gives the output its name or names.
  ///
  /// If other outputs of the run still wait for their names and one of them fails, this one is
  /// taken back.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  package consuming func commit() throws(WritingError) {
    if let directory, let shards { try directory.commit(shards, numbers) }
    if let file = file.take() { try file.commit() }
  }
}
