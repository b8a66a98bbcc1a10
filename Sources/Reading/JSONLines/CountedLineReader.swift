internal import Files
internal import Platform

/// Cuts a shard into chunks of a number of lines, each handed out as soon as its lines are read.
///
/// ``LineChunkReader`` waits for as many bytes as a chunk has. A program that sends documents
/// through a pipe, and waits for what becomes of them before it sends more, would wait forever.
struct CountedLineReader: ChunkReader, ~Copyable {
  private static let readSize = 64 << 10

  private let lineLimit: Int
  private let maximumLine: Int
  /// The longest line as it is stored, including a byte order mark.
  private var longestStored: Int { maximumLine + ByteOrderMark.byteCount }
  private var source: ByteSource
  /// What has been read; the bytes before `taken` have been handed out.
  private var bytes = ByteBuffer()
  private var taken = 0
  private var lineCount = 0
  private var offset = 0
  private var isAtEnd = false

  init(_ source: consuming ByteSource, _ settings: ChunkSettings, lineLimit: Int) {
    self.source = source
    self.source.returnsEarly = true
    self.lineLimit = lineLimit
    maximumLine = settings.limits.maximumLine
  }

  var progress: ShardProgress { source.progress(byteCount: offset) }

  mutating func commandFault() -> ReadingError? { source.commandFault() }

  mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    chunk.bytes.removeAll(keepingCapacityUpTo: 1 << 20)
    var found = 0
    // The end of the last line that was found, and of what was searched for the next one's.
    var end = taken
    var searched = taken
    while found < lineLimit {
      if let lineEnd = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: searched) {
        found += 1
        (end, searched) = (lineEnd + 1, lineEnd + 1)
        continue
      }
      if isAtEnd {
        // Bytes after the last line end are a line, too.
        if end < bytes.count { found += 1 }
        end = bytes.count
        break
      }
      if bytes.count - end > longestStored {
        // The lines before it come first, so that the error has the number of its line.
        guard found == 0 else { break }
        throw .lineTooLong(path: source.shard.name, offset: offset, limit: maximumLine)
      }
      bytes.removeFirst(taken)
      end -= taken
      taken = 0
      searched = bytes.count
      try readOn()
    }
    do throws(SystemError) { try chunk.bytes.append(bytes.span.extracting(taken..<end)) } catch {
      throw .system(error)
    }
    chunk.place = offset
    chunk.layout = nil
    chunk.recordCountBefore = lineCount
    lineCount += found
    offset += end - taken
    taken = end
    return found > 0
  }

  /// Reads what is there, and waits only if that is nothing.
  private mutating func readOn() throws(ReadingError) {
    do throws(SystemError) { try bytes.reserve(additional: Self.readSize) } catch {
      throw .system(error)
    }
    let before = bytes.count
    try bytes.append(upTo: Self.readSize) { output throws(ReadingError) in
      try source.read(into: &output)
    }
    isAtEnd = bytes.count == before
  }
}
