internal import Compression

/// Writes lines in the order in which they come, to one file or to shards.
struct SequentialLines: ~Copyable {
  // Exactly one of these exists. (An enum would be clearer, but Swift can't change a noncopyable
  // payload in place yet.)
  private var writer: LineWriter?
  private var shards: ShardWriter?

  init(
    _ place: LineSink.Place, _ container: Container, _ replaces: Bool, _ registry: TemporaryFiles
  ) throws(WritingError) {
    switch place {
    case .standardOutput:
      writer = try LineWriter(
        .standardOutput, container: container, replaces: replaces, registry: registry)
    case .file(let path):
      writer = try LineWriter(
        .file(path: path), container: container, replaces: replaces, registry: registry)
    case .directory(let directory, let shardByteLimit):
      shards = ShardWriter(directory, container: container, byteLimit: shardByteLimit)
    case .sharedDirectory(let directory, _):
      shards = ShardWriter(directory, container: container, byteLimit: nil)
    }
  }

  /// - Parameter order: the number of the line's shard, in a directory that runs share.
  mutating func write(_ line: Span<UInt8>, order: UInt64 = 0) throws(WritingError) {
    try writer?.write(line)
    try shards?.write(line, number: Int(order))
  }

  consuming func close(into output: inout FinishedOutput) throws(WritingError) {
    if let shards = shards.take() { output.shards = try shards.close() }
    if var writer = writer.take() {
      output.hash = try writer.hashAll()
      output.file = try writer.close()
    }
  }
}
