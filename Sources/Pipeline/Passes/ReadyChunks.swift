internal import Reading

/// Decides what the workers of one compressed shard do next, and holds chunks until one takes them.
///
/// One worker decompresses the shard as long as it can. If workers took turns at it, the decoder's
/// window and tables would have to follow them from one processor's cache to another's, line by
/// line in no order, which took up to half as long again. Chunks move as well, but fewer of them,
/// and from their first byte to their last, which processors foresee. Once enough chunks wait, the
/// worker takes one itself.
///
/// Chunks are taken in their order. So a worker that waits until those before its own are done
/// waits for other workers only, never for a chunk that nobody has.
struct ReadyChunks: ~Copyable, Sendable {
  /// What a worker does next.
  enum Turn: Equatable {
    /// It reads the next chunk, which it then gives to ``put(_:)``.
    case read
    /// It has taken a chunk.
    case take
    /// Nothing is left.
    case end
  }

  /// Whether chunks of the shard wait here at all; nil until the shard is open.
  var isUsed: Bool?
  /// The number of workers that have come to the shard.
  var workerCount = 0

  private let chunkByteCount: Int
  /// A ring of chunks that wait, and others that were worked on, whose memory is used again.
  private var chunks: InlineArray<3, Chunk>
  private var first = 0
  private var count = 0
  private var byteCount = 0
  /// The worker that read last.
  private var reader: Int?
  private var isReading = false
  private var isEnded = false

  /// - Parameter chunkByteCount: the approximate size of a chunk.
  init(chunkByteCount: Int) {
    self.chunkByteCount = chunkByteCount
    chunks = InlineArray { _ in Chunk() }
  }

  /// Whether no further chunk is read before one was taken.
  ///
  /// A chunk with a very long line counts as many. So at most as many of them are in memory as
  /// there are workers: while one waits, nobody reads another.
  private var isFull: Bool {
    count == (workerCount > 1 ? chunks.count : 1) || byteCount >= chunks.count * chunkByteCount
  }

  /// - Parameters:
  ///   - worker: the worker's number.
  ///   - limit: chunks from this number on are pointless, since one before them has failed;
  ///     `Int.max` if none has.
  ///   - chunk: becomes the one that is taken.
  /// - Returns: nil if the worker must wait until another has read a chunk.
  mutating func turn(of worker: Int, upTo limit: Int, into chunk: inout Chunk) -> Turn? {
    let isStopped = isEnded || limit < .max
    // Another worker reads only if it would have to wait for this one.
    if !isStopped, !isReading, !isFull, reader == nil || reader == worker || count == 0 {
      reader = worker
      isReading = true
      return .read
    }
    if count > 0 {
      guard chunks[first].number < limit else { return .end }
      // One huge line must not cost memory for longer than it is worked on.
      chunk.bytes.removeAll(keepingCapacityUpTo: 4 * chunkByteCount)
      swap(&chunks[first], &chunk)
      first = (first + 1) % chunks.count
      count -= 1
      byteCount -= chunk.byteCount
      return .take
    }
    return isStopped ? .end : nil
  }

  /// Takes the chunk that was read, and gives another for the next one.
  mutating func put(_ chunk: inout Chunk) {
    precondition(isReading && count < chunks.count, "a worker reads if there is room")
    isReading = false
    byteCount += chunk.byteCount
    swap(&chunks[(first + count) % chunks.count], &chunk)
    count += 1
  }

  /// Notes that nothing more can be read.
  mutating func end() {
    isReading = false
    isEnded = true
  }
}
