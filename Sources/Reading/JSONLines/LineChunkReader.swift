internal import Files
internal import Platform

/// Cuts a shard into chunks of whole lines.
struct LineChunkReader: ChunkReader, ~Copyable {
  private let chunkSize: Int
  private let maximumLine: Int
  /// The longest line as it is stored, including a byte order mark.
  private var longestStored: Int { maximumLine + ByteOrderMark.byteCount }
  private let countsLines: Bool
  private var lineCount = 0
  private var source: ByteSource
  /// The beginning of a line whose end hasn't been read yet.
  private var rest = ByteBuffer()
  private var offset = 0
  private var isAtEnd = false

  init(_ source: consuming ByteSource, _ settings: ChunkSettings) {
    self.source = source
    chunkSize = settings.chunkByteCount
    countsLines = settings.countsRecords
    maximumLine = settings.limits.maximumLine
  }

  var progress: ShardProgress { source.progress(byteCount: offset) }

  mutating func commandFault() -> ReadingError? { source.commandFault() }

  mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    chunk.bytes.removeAll(keepingCapacityUpTo: 4 * chunkSize)
    guard !isAtEnd else { return false }
    swap(&chunk.bytes, &rest)
    rest.removeAll(keepingCapacityUpTo: 4 * chunkSize)

    // The bytes before `searched` hold no line end.
    var searched = 0
    var lastLineEnd: Int?
    repeat {
      searched = chunk.bytes.count
      try fill(&chunk.bytes)
      lastLineEnd = chunk.bytes.span.lastIndex(of: UInt8(ascii: "\n"), from: searched)
      try checkLineLength(chunk.bytes, searched: searched, lastLineEnd: lastLineEnd)
    } while lastLineEnd == nil && !isAtEnd

    if let lastLineEnd, !isAtEnd {
      let tail = (lastLineEnd + 1)..<chunk.bytes.count
      do throws(SystemError) { try rest.append(chunk.bytes.span.extracting(tail)) } catch {
        throw .system(error)
      }
      chunk.bytes.truncate(to: lastLineEnd + 1)
    }
    chunk.place = offset
    chunk.layout = nil
    if countsLines {
      chunk.recordCountBefore = lineCount
      lineCount += Self.lineEndCount(chunk.bytes.span)
    }
    offset += chunk.bytes.count
    return !chunk.bytes.isEmpty
  }

  private static func lineEndCount(_ bytes: Span<UInt8>) -> Int {
    var count = 0
    var start = 0
    while let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) {
      count += 1
      start = end + 1
    }
    return count
  }

  /// Reads on until the chunk has its size, or half as much again if it has it already.
  private mutating func fill(_ bytes: inout ByteBuffer) throws(ReadingError) {
    // It reads just enough to show that a line is too long, because the limit for lines bounds the
    // memory for them.
    let growth = min(bytes.count / 2, max(0, longestStored + 1 - bytes.count))
    let wanted = max(chunkSize - bytes.count, growth, chunkSize / 2)
    do throws(SystemError) { try bytes.reserve(additional: wanted) } catch { throw .system(error) }
    let before = bytes.count
    try bytes.append(upTo: wanted) { output throws(ReadingError) in try source.read(into: &output) }
    isAtEnd = bytes.count < before + wanted
  }

  /// Stops a line without an end before it fills the memory.
  ///
  /// ``LineDecoder`` measures the lines that do end.
  private func checkLineLength(
    _ bytes: borrowing ByteBuffer, searched: Int, lastLineEnd: Int?
  ) throws(ReadingError) {
    let end = lastLineEnd == nil ? bytes.count : searched
    guard end > longestStored else { return }
    throw .lineTooLong(path: source.shard.name, offset: offset, limit: maximumLine)
  }
}
