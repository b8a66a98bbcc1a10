internal import Files
internal import Platform

/// Reads chosen lines of a shard again, by their offsets, in order.
///
/// It reads a plain file only where the lines are, and a compressed file up to the last of them.
struct LineReader: RecordReader, ~Copyable {
  /// What is read at once of lines that lie close together, and of compressed files.
  private static let blockSize = 64 << 10
  /// A plain file isn't read between lines that lie farther apart than this.
  ///
  /// To copy the bytes between nearer ones takes about as long as to ask for them apart.
  private static let longestGap = 16 << 10
  private static let pageSize = 4096

  private var source: ByteSource
  private var parser: DocumentParser
  /// Decompressed bytes; the first of them has the offset `bufferOffset` in the shard.
  private var buffer = ByteBuffer()
  private var bufferOffset = 0
  /// The current line, in the buffer.
  private var line = 0..<0

  init(_ source: consuming ByteSource, _ parser: consuming DocumentParser) {
    self.source = source
    self.parser = parser
  }

  var storedByteCount: Int { source.storedByteCount }

  mutating func read(at offset: Int, byteCount: Int) throws(ReadingError) {
    precondition(offset >= bufferOffset, "lines are read in order")
    let bufferEnd = bufferOffset + buffer.count
    let end = offset + byteCount
    if offset >= bufferEnd {
      buffer.removeAll(keepingCapacityUpTo: 4 * Self.blockSize)
      bufferOffset = bufferEnd
      if offset - bufferEnd > Self.longestGap, source.skipPlain(to: offset) {
        bufferOffset = offset
        // What follows the line is probably not wanted.
        let pages = (end + Self.pageSize - 1) / Self.pageSize
        try fill(min(pages * Self.pageSize - offset, Self.blockSize))
      }
    } else if end > bufferEnd {
      buffer.removeFirst(offset - bufferOffset)
      bufferOffset = offset
    }
    while bufferOffset + buffer.count < end {
      if bufferOffset + buffer.count <= offset {
        bufferOffset += buffer.count
        buffer.removeAll(keepingCapacityUpTo: 4 * Self.blockSize)
      }
      try fill(max(Self.blockSize, min(end - bufferOffset - buffer.count, buffer.count)))
    }
    line = (offset - bufferOffset)..<(end - bufferOffset)
  }

  mutating func withText(_ body: (Span<UInt8>) throws -> Void) throws {
    try parser.parse(line, of: &buffer, body)
  }

  mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    try body(buffer.span.extracting(line))
  }

  mutating func finish() throws(ReadingError) {
    try source.readRest()
    try source.checkUnchanged()
  }

  /// Reads more, but no more than `wanted` bytes.
  private mutating func fill(_ wanted: Int) throws(ReadingError) {
    do throws(SystemError) { try buffer.reserve(additional: wanted) } catch {
      throw .system(error)
    }
    let before = buffer.count
    try buffer.append(upTo: wanted) { output throws(ReadingError) in try source.read(into: &output)
    }
    // The lines existed when the pool was weighed, so the file has changed.
    guard buffer.count > before else { throw .changed(path: source.shard.name) }
  }
}
