package import Files
internal import Platform

/// Reads chosen lines of a shard again, by their places, in order.
///
/// A plain file is read only where the lines are; a compressed one up to the last of them.
package struct LineReader: ~Copyable {
  /// Small, since chosen lines of a large pool lie far apart.
  private static let blockSize = 64 << 10

  private let path: String
  private var source: ByteSource
  /// Decompressed bytes, of which the first is `bufferOffset` bytes from the begin.
  private var buffer = ByteBuffer()
  private var bufferOffset = 0

  /// - Throws: ``ReadingError``
  package init(_ shard: Shard, limits: ReadingLimits) throws(ReadingError) {
    path = shard.name
    source = try ByteSource.open(shard, maximumWindow: limits.maximumWindow)
  }

  /// Bytes read from the file so far.
  package var storedByteCount: Int { source.storedByteCount }

  /// Calls `body` with the `count` bytes at `offset`, which must not lie before an earlier call's.
  ///
  /// - Returns: what `body` returns. It may change the bytes.
  /// - Throws: ``ReadingError``, and what `body` throws.
  package mutating func withLine<Result>(
    at offset: Int, count: Int, _ body: (inout ByteBuffer, Range<Int>) throws -> Result
  ) throws -> Result {
    precondition(offset >= bufferOffset, "lines are read in order")
    let bufferEnd = bufferOffset + buffer.count
    if offset >= bufferEnd {
      buffer.removeAll(keepingCapacityUpTo: 4 * Self.blockSize)
      bufferOffset = bufferEnd
      if offset - bufferEnd > Self.blockSize, source.skipPlain(to: offset) { bufferOffset = offset }
    } else if offset + count > bufferEnd {
      buffer.removeFirst(offset - bufferOffset)
      bufferOffset = offset
    }
    while bufferOffset + buffer.count < offset + count {
      if bufferOffset + buffer.count <= offset {
        bufferOffset += buffer.count
        buffer.removeAll(keepingCapacityUpTo: 4 * Self.blockSize)
      }
      try fill(upTo: offset + count)
    }
    let start = offset - bufferOffset
    return try body(&buffer, start..<(start + count))
  }

  /// Checks that the lines read were all of one file: one that changed meanwhile may have given some of either.
  ///
  /// - Throws: ``ReadingError/changed(path:)``
  package func finish() throws(ReadingError) { try source.checkUnchanged() }

  private mutating func fill(upTo end: Int) throws(ReadingError) {
    let wanted = max(Self.blockSize, min(end - bufferOffset - buffer.count, buffer.count))
    do throws(SystemError) { try buffer.reserve(additional: wanted) } catch {
      throw .system(error)
    }
    let before = buffer.count
    try buffer.append(upTo: wanted) { output throws(ReadingError) in try source.read(into: &output)
    }
    // The lines were there when the pool was weighed.
    guard buffer.count > before else { throw .changed(path: path) }
  }
}
