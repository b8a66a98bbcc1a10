internal import Compression
internal import Files

/// Writes lines to the shards of a directory.
///
/// A shard ends before the first line that would bring it above the limit. A line longer than the
/// limit is a shard of its own. So the ends of shards depend only on the lines. One shard is open
/// at a time.
struct ShardWriter: ~Copyable {
  private let directory: ShardDirectory
  private let container: Container
  private let byteLimit: Int
  private var current: LineWriter?
  private var lineCount = 0
  private(set) var shards: [WrittenShard] = []

  init(_ directory: ShardDirectory, container: Container, byteLimit: Int) {
    self.directory = directory
    self.container = container
    self.byteLimit = byteLimit
  }

  /// - Throws: ``WritingError``
  mutating func write(_ line: Span<UInt8>) throws(WritingError) {
    let added = LineWriter.byteCount(of: line)
    let before = currentByteCount
    // A line may fill the memory, and so the sum could overflow where this difference can't.
    if let before, added > byteLimit - before { try endShard() }
    if current == nil { current = try directory.openShard(shards.count, container) }
    try current?.write(line)
    lineCount += 1
  }

  /// Ends the last shard.
  ///
  /// - Throws: ``WritingError``
  consuming func close() throws(WritingError) -> [WrittenShard] {
    try endShard()
    return shards
  }

  private var currentByteCount: Int? {
    switch current {
    case .some(let writer): writer.byteCount
    case nil: nil
    }
  }

  /// Waits until the shard is on the disk, and closes it: thousands of shards need one descriptor.
  private mutating func endShard() throws(WritingError) {
    guard var writer = current.take() else { return }
    shards.append(
      WrittenShard(
        name: ShardName.name(shards.count, container), byteCount: writer.byteCount,
        lineCount: lineCount, hash: try writer.hashAll()))
    lineCount = 0
    _ = try writer.close()
  }
}
