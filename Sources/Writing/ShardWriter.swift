internal import Compression
internal import Files

/// Writes lines to the shards of a directory.
///
/// A shard ends before the first line that would bring it above the limit. A line longer than the
/// limit is a shard of its own. So the ends of shards depend only on the lines. One shard is open
/// at a time.
///
/// Without a limit, each line comes with the number of its shard.
struct ShardWriter: ~Copyable {
  private let directory: ShardDirectory
  private let container: Container
  private let byteLimit: Int?
  private var current: LineWriter?
  /// The number of the current shard.
  private var number = 0
  private var lineCount = 0
  private(set) var shards: [WrittenShard] = []

  init(_ directory: ShardDirectory, container: Container, byteLimit: Int?) {
    self.directory = directory
    self.container = container
    self.byteLimit = byteLimit
  }

  /// - Parameter number: that of the line's shard. With a limit, it has no meaning.
  /// - Throws: ``WritingError``
  mutating func write(_ line: Span<UInt8>, number given: Int) throws(WritingError) {
    let added = LineWriter.byteCount(of: line)
    let before = currentByteCount
    if let byteLimit {
      // A line may fill the memory, and so the sum could overflow where this difference can't.
      if let before, added > byteLimit - before { try endShard() }
      number = shards.count
    } else if given != number {
      try endShard()
      number = given
    }
    if current == nil { current = try directory.openShard(number, container) }
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
        name: ShardName.name(number, container), byteCount: writer.byteCount,
        lineCount: lineCount, hash: try writer.hashAll()))
    lineCount = 0
    _ = try writer.close()
  }
}
