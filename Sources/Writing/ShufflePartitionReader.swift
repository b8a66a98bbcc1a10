internal import Compression
internal import Files
internal import Platform

/// Reads one of the parts of ``ShufflePartitions`` from its begin.
struct ShufflePartitionReader: ~Copyable {
  /// The temporary file, which all parts share.
  final class Spool: Sendable {
    let file: File
    init(_ file: consuming File) { self.file = file }
  }

  private struct Block {
    var offset: Int
    var byteCount: Int
  }

  /// Larger than the windows of the encoder's level.
  private static let maximumWindow = 8 << 20

  private let spool: Spool
  private let blockByteCount: Int
  /// The blocks that haven't been read, the first one at the end.
  private var blocks: [Block] = []
  private var decompressor: Decompressor
  private var stored = ByteBuffer()
  /// The text of the current block.
  ///
  /// The bytes from `position` on haven't been read.
  private var text = ByteBuffer()
  private var position = 0

  /// - Parameters:
  ///   - lastBlock: the offset of the part's last block, plus 1; 0 if there is none.
  ///   - blockByteCount: the most bytes of text in a block.
  /// - Throws: ``WritingError``
  static func open(
    _ spool: Spool, lastBlock: UInt64, blockByteCount: Int
  ) throws(WritingError) -> ShufflePartitionReader {
    var reader = ShufflePartitionReader(spool, try decompressor(), blockByteCount)
    try reader.findBlocks(lastBlock)
    return reader
  }

  private init(
    _ spool: Spool, _ decompressor: consuming Decompressor, _ blockByteCount: Int
  ) {
    self.spool = spool
    self.decompressor = decompressor
    self.blockByteCount = blockByteCount
  }

  /// Walks through the blocks from the last to the first.
  private mutating func findBlocks(_ lastBlock: UInt64) throws(WritingError) {
    var next = lastBlock
    while next > 0 {
      let offset = Int(next) - 1
      try read(ShufflePartitions.headerByteCount, at: offset)
      next = Self.number(stored.span, at: 0, byteCount: 8)
      let byteCount = Int(Self.number(stored.span, at: 8, byteCount: 8))
      blocks.append(Block(offset: offset + ShufflePartitions.headerByteCount, byteCount: byteCount))
    }
  }

  private static func decompressor() throws(WritingError) -> Decompressor {
    do throws(CompressionError) {
      return try Decompressor(.zstd, maximumWindowByteCount: maximumWindow)
    } catch {
      throw .compression(error)
    }
  }

  /// Replaces `line` with the part's next line.
  ///
  /// - Returns: the line's number; nil at the end.
  /// - Throws: ``WritingError``
  mutating func next(into line: inout ByteBuffer) throws(WritingError) -> UInt64? {
    line.removeAll(keepingCapacityUpTo: .max)
    // A header never lies across two blocks. A block may end with fewer bytes, which mean nothing.
    if text.count - position < ShufflePartitions.recordHeaderByteCount {
      guard try readBlock() else { return nil }
    }
    let order = Self.number(text.span, at: position, byteCount: 8)
    var missing = Int(Self.number(text.span, at: position + 8, byteCount: 4))
    position += ShufflePartitions.recordHeaderByteCount
    while missing > 0 {
      if position == text.count, !(try readBlock()) { throw damaged }
      let count = min(missing, text.count - position)
      do throws(SystemError) {
        try line.append(text.span.extracting(position..<(position + count)))
      } catch {
        throw .system(error)
      }
      position += count
      missing -= count
    }
    return order
  }

  /// Replaces the text with the next block's.
  ///
  /// - Returns: false if there is none.
  private mutating func readBlock() throws(WritingError) -> Bool {
    guard let block = blocks.popLast() else { return false }
    try read(block.byteCount, at: block.offset)
    // Moved out of `self` for a moment: they can't be changed there together with the decoder.
    var text = ByteBuffer()
    var stored = ByteBuffer()
    swap(&text, &self.text)
    swap(&stored, &self.stored)
    defer {
      swap(&text, &self.text)
      swap(&stored, &self.stored)
    }
    text.removeAll(keepingCapacityUpTo: .max)
    position = 0
    do throws(SystemError) { try text.reserve(additional: blockByteCount + 1) } catch {
      throw .system(error)
    }
    do throws(CompressionError) {
      var consumed = 0
      // Room for one more byte lets the decoder reach the end of the frame.
      try text.append(upTo: blockByteCount + 1) { output throws(CompressionError) in
        consumed = try decompressor.decompress(stored.span, into: &output)
      }
      guard consumed == stored.count else { throw CompressionError.truncated(format: .zstd) }
      try decompressor.finish()
    } catch {
      throw damaged
    }
    guard !text.isEmpty else { throw damaged }
    return true
  }

  /// Replaces `stored` with bytes of the file.
  private mutating func read(_ byteCount: Int, at offset: Int) throws(WritingError) {
    stored.removeAll(keepingCapacityUpTo: .max)
    do throws(SystemError) {
      try stored.reserve(additional: byteCount)
      while stored.count < byteCount {
        let (before, begin) = (stored.count, offset + stored.count)
        try stored.append(upTo: byteCount - before) { output throws(SystemError) in
          _ = try spool.file.read(into: &output, at: begin)
        }
        guard stored.count > before else {
          throw SystemError(.read, spool.file.path, code: EIO)
        }
      }
    } catch {
      throw .system(error)
    }
  }

  /// The data read differs from the data written: the disk's fault.
  private var damaged: WritingError { .system(SystemError(.read, spool.file.path, code: EIO)) }

  /// Reads a little-endian number.
  private static func number(_ bytes: Span<UInt8>, at start: Int, byteCount: Int) -> UInt64 {
    (0..<byteCount).reversed().reduce(0) { $0 << 8 | UInt64(bytes[start + $1]) }
  }
}
