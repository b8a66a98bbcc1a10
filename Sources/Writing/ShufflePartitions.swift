internal import Compression
internal import Files
internal import Platform

/// Lines in 256 parts, by bits of their numbers, in one temporary file without a name.
///
/// A part is a stream of records. Each record has a line's number (8 bytes) and length (4 bytes),
/// little-endian, and the line. The stream is cut into blocks, which are compressed one by one and
/// stand in the file in the order in which they filled up. Each block begins with the offset of the
/// part's previous block (plus 1; 0 if it is the first) and its own size, 8 bytes each. So all
/// parts share one descriptor and one encoder.
struct ShufflePartitions: ~Copyable {
  static let bitCount = 8
  static let count = 1 << bitCount
  static let headerByteCount = 16
  static let recordHeaderByteCount = 12
  /// zstd's fastest level except for the negative ones: each byte is read once.
  private static let zstdLevel: Int32 = 1

  private struct Part {
    var pending: [UInt8] = []
    /// The offset of the last block, plus 1.
    var lastBlock: UInt64 = 0
    var byteCount = 0
    var lineCount = 0
  }

  private let spool: ShufflePartitionReader.Spool
  private let commonBits: Int
  private let blockByteCount: Int
  private var compressor: ZstdCompressor
  private var parts = [Part](repeating: Part(), count: count)
  private var block: [UInt8] = []
  private var end: UInt64 = 0

  /// - Parameter commonBits: the number of leading bits that all numbers have in common, at most
  ///   56.
  /// - Throws: ``WritingError``
  init(_ settings: ShuffleSettings, commonBits: Int) throws(WritingError) {
    precondition(commonBits + Self.bitCount <= 64)
    precondition(settings.blockByteCount >= Self.recordHeaderByteCount)
    let compressor = try Self.compressor()
    do throws(SystemError) {
      spool = ShufflePartitionReader.Spool(try File.unnamedTemporary(in: settings.spoolDirectory))
    } catch {
      throw .system(error)
    }
    self.compressor = compressor
    self.commonBits = commonBits
    blockByteCount = settings.blockByteCount
  }

  private static func compressor() throws(WritingError) -> ZstdCompressor {
    do throws(CompressionError) { return try ZstdCompressor(level: zstdLevel) } catch {
      throw .compression(error)
    }
  }

  /// The bytes that the lines of a part would take in a batch.
  func byteCount(_ part: Int) -> Int { parts[part].byteCount }

  func lineCount(_ part: Int) -> Int { parts[part].lineCount }

  /// - Throws: ``WritingError``
  mutating func add(_ line: Span<UInt8>, order: UInt64) throws(WritingError) {
    let part = Int((order << UInt64(commonBits)) >> UInt64(64 - Self.bitCount))
    parts[part].byteCount += LineBatch.byteCount(of: line)
    parts[part].lineCount += 1
    if blockByteCount - parts[part].pending.count < Self.recordHeaderByteCount {
      try writeBlock(part)
    }
    for byte in 0..<UInt64(8) {
      parts[part].pending.append(UInt8(truncatingIfNeeded: order >> (8 * byte)))
    }
    for byte in 0..<4 {
      parts[part].pending.append(UInt8(truncatingIfNeeded: line.count >> (8 * byte)))
    }
    var start = 0
    while start < line.count {
      let room = blockByteCount - parts[part].pending.count
      if room == 0 {
        try writeBlock(part)
        continue
      }
      let end = min(start + room, line.count)
      parts[part].pending.append(copying: line.extracting(start..<end))
      start = end
    }
  }

  /// Writes the pending blocks, and frees their memory.
  ///
  /// - Throws: ``WritingError``
  mutating func finish() throws(WritingError) {
    for part in parts.indices {
      if !parts[part].pending.isEmpty { try writeBlock(part) }
      parts[part].pending = []
    }
  }

  /// - Throws: ``WritingError``
  func reader(_ part: Int) throws(WritingError) -> ShufflePartitionReader {
    try ShufflePartitionReader.open(
      spool, lastBlock: parts[part].lastBlock, blockByteCount: blockByteCount)
  }

  private mutating func writeBlock(_ part: Int) throws(WritingError) {
    block.removeAll(keepingCapacity: true)
    block.append(contentsOf: repeatElement(0, count: Self.headerByteCount))
    // Moved out of `self` for a moment: its span and the encoder can't both be borrowed from there.
    var pending: [UInt8] = []
    swap(&pending, &parts[part].pending)
    defer { swap(&pending, &parts[part].pending) }
    do throws(CompressionError) {
      try compressor.compress(pending.span, appendingTo: &block)
      try compressor.finish(appendingTo: &block)
    } catch {
      throw .compression(error)
    }
    let header = [parts[part].lastBlock, UInt64(block.count - Self.headerByteCount)]
    for (index, value) in header.enumerated() {
      for byte in 0..<8 {
        block[8 * index + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
      }
    }
    do throws(SystemError) { try spool.file.writeAll(block.span) } catch { throw .system(error) }
    parts[part].lastBlock = end + 1
    end += UInt64(block.count)
    pending.removeAll(keepingCapacity: true)
  }
}
