/// Reads a shard in chunks, in whatever format it has.
///
///     var reader = try ShardReader(shard, number: 0, ChunkSettings())
///     var chunk = Chunk()
///     while try reader.next(into: &chunk) { … }
package struct ShardReader: ~Copyable, Sendable {
  package let shardNumber: Int
  private let path: String
  private let format: any DocumentFormat
  private var reader: any ChunkReader & ~Copyable
  /// The number of chunks handed out so far.
  package private(set) var chunkCount = 0
  private var isAtEnd = false
  /// The progress so far.
  package private(set) var progress = ShardProgress()

  /// Whether the shard is decompressed as it is read.
  package private(set) var isCompressed = false

  /// - Throws: ``ReadingError``
  package init(
    _ shard: Shard, number: Int, _ settings: ChunkSettings
  ) throws(ReadingError) {
    let source = try ByteSource.open(
      shard, maximumWindow: settings.limits.maximumWindow, hashesContent: settings.hashesContent,
      ahead: settings.ahead)
    let format = source.format
    let reader = try format.chunkReader(of: source, settings)
    shardNumber = number
    path = shard.name
    self.format = format
    self.reader = reader
    isCompressed = self.reader.progress.container != .plain
  }

  /// Fills `chunk` with the next records, and returns false at the end.
  ///
  /// - Throws: ``ReadingError``. The chunk's content is then unspecified, and no more chunks
  ///   follow.
  package mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    guard !isAtEnd else { return false }
    chunk.shard = shardNumber
    chunk.path = path
    chunk.format = format
    chunk.number = chunkCount
    isAtEnd = true
    let isRead = try reader.next(into: &chunk)
    progress = reader.progress
    guard isRead else { return false }
    isAtEnd = false
    chunkCount += 1
    return true
  }
  /// See ``ChunkReader/commandFault()``.
  package mutating func commandFault() -> ReadingError? { reader.commandFault() }
}
