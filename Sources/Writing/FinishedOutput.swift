internal import Compression

/// An output that is whole and on the disk, and has still to get its name.
package struct FinishedOutput: ~Copyable {
  package let lineCount: Int
  /// Bytes of lines, before compression.
  package let byteCount: Int
  /// nil if it is a single file, or standard output.
  package internal(set) var shards: [WrittenShard]?
  var file: AtomicFile?
  var directory: ShardDirectory?
  let container: Container

  init(lineCount: Int, byteCount: Int, container: Container) {
    self.lineCount = lineCount
    self.byteCount = byteCount
    self.container = container
  }

  /// Gives the output its name, or names.
  ///
  /// If other outputs of the run still wait for their names, a failure of theirs takes this one back.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  package consuming func commit() throws(WritingError) {
    if let directory, let shards { try directory.commit(count: shards.count, container) }
    if let file = file.take() { try file.commit() }
  }
}
