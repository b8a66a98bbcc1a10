package import Files
internal import Platform

/// Whole lines of one shard.
package struct Chunk: ~Copyable, Sendable {
  package var bytes = ByteBuffer()
  /// The shard's number in the order given, from 0.
  package fileprivate(set) var shard = 0
  /// The chunk's number in its shard, from 0.
  package fileprivate(set) var number = 0
  /// Where `bytes` begin in the shard's decompressed bytes.
  package fileprivate(set) var offset = 0
  /// The lines of the shard before this chunk; zero unless they are counted.
  package fileprivate(set) var lineCountBefore = 0

  package init() {}

  /// The next line from `position` on, without its line end (LF or CRLF) and without a byte order mark, and moves `position`
  /// behind that. Nil at the end of the chunk.
  ///
  /// Files that begin with a mark get concatenated, so one may stand at the beginning of any line.
  package func nextLine(from position: inout Int) -> Range<Int>? {
    guard position < bytes.count else { return nil }
    var start = position
    let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? bytes.count
    position = end + 1
    let last = end > start && bytes.span[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
    // Several, where a file of a mark alone was among them.
    while last - start >= ByteOrderMark.byteCount, ByteOrderMark.begins(bytes.span, at: start) {
      start += ByteOrderMark.byteCount
    }
    // A mark alone at the end is no line.
    if start == bytes.count { return nil }
    return start..<last
  }

  /// True if the line holds nothing but JSON's white space.
  package func isBlank(_ line: Range<Int>) -> Bool {
    let bytes = bytes.span
    for index in line {
      switch bytes[index] {
      case 0x20, 0x09, 0x0D: continue
      default: return false
      }
    }
    return true
  }
}

/// Cuts a shard into chunks that end at a line end (or at the end of the shard).
package struct ChunkReader: ~Copyable, Sendable {
  /// 512 KiB: between 256 KiB and 1 MiB no difference was measured; 64 KiB cost 8 %.
  package static let defaultChunkSize = 512 << 10

  package let shardNumber: Int
  package let path: String
  private let chunkSize: Int
  private let maximumLine: Int
  /// The longest line as it is stored: with a byte order mark.
  private var longestStored: Int { maximumLine + ByteOrderMark.byteCount }
  private let countsLines: Bool
  private var lineCount = 0
  private var source: ByteSource
  /// The begin of a line whose end hasn't been read.
  private var rest = ByteBuffer()
  private var number = 0
  private var offset = 0
  private var isAtEnd = false

  /// - Throws: ``ReadingError``
  package init(
    _ shard: Shard, number: Int, limits: ReadingLimits, chunkSize: Int, hashesContent: Bool,
    countsLines: Bool = false
  ) throws(ReadingError) {
    shardNumber = number
    path = shard.name
    self.chunkSize = chunkSize
    self.countsLines = countsLines
    maximumLine = limits.maximumLine
    source = try ByteSource.open(
      shard, maximumWindow: limits.maximumWindow, hashesContent: hashesContent)
  }

  package var storedByteCount: Int { source.storedByteCount }
  /// Decompressed bytes handed out so far.
  package var byteCount: Int { offset }
  /// Chunks handed out so far.
  package var chunkCount: Int { number }
  package var contentHash: UInt64? { source.contentHash }
  package var hasChecksums: Bool? { source.hasChecksums }
  package var container: String { source.container.rawValue }

  /// Fills `chunk` with the next lines. Returns false, with an empty chunk, at the end.
  ///
  /// - Throws: ``ReadingError``; the chunk's content is unspecified then.
  package mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    chunk.bytes.removeAll(keepingCapacityUpTo: 4 * chunkSize)
    guard !isAtEnd else { return false }
    do throws(ReadingError) {
      return try read(into: &chunk)
    } catch {
      isAtEnd = true
      throw error
    }
  }

  private mutating func read(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    swap(&chunk.bytes, &rest)
    rest.removeAll(keepingCapacityUpTo: 4 * chunkSize)

    // Bytes before `searched` hold no line end.
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
    chunk.shard = shardNumber
    chunk.number = number
    chunk.offset = offset
    if countsLines {
      chunk.lineCountBefore = lineCount
      lineCount += Self.lineEndCount(chunk.bytes.span)
    }
    number += 1
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

  /// Reads on until the chunk has its size, or by half as much again if it has it already.
  private mutating func fill(_ bytes: inout ByteBuffer) throws(ReadingError) {
    // No more than shows that a line is too long: the memory for it is bounded by the longest line allowed.
    let growth = min(bytes.count / 2, max(0, longestStored + 1 - bytes.count))
    let wanted = max(chunkSize - bytes.count, growth, chunkSize / 2)
    do throws(SystemError) { try bytes.reserve(additional: wanted) } catch { throw .system(error) }
    let before = bytes.count
    try bytes.append(upTo: wanted) { output throws(ReadingError) in try source.read(into: &output) }
    isAtEnd = bytes.count < before + wanted
  }

  /// Stops a line that never ends before it fills the memory. Lines that do end are measured by
  /// whoever cuts the chunk into lines.
  private func checkLineLength(
    _ bytes: borrowing ByteBuffer, searched: Int, lastLineEnd: Int?
  ) throws(ReadingError) {
    let end = lastLineEnd == nil ? bytes.count : searched
    guard end > longestStored else { return }
    throw .lineTooLong(path: path, offset: offset, limit: maximumLine)
  }
}

/// The bounds within which inputs are read.
package struct ReadingLimits: Sendable, Equatable {
  /// The longest line, in bytes without its line end.
  package var maximumLine: Int
  /// The largest window that a zstd frame may ask for, in bytes.
  package var maximumWindow: Int

  package init(maximumLine: Int = 256 << 20, maximumWindow: Int = 128 << 20) {
    self.maximumLine = maximumLine
    self.maximumWindow = maximumWindow
  }
}

/// The three bytes that some programs begin files with, to say that they are UTF-8.
enum ByteOrderMark {
  static let byteCount = 3

  /// Whether a mark stands at `index`, behind which there are two bytes more.
  static func begins(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    bytes[index] == 0xEF && bytes[index + 1] == 0xBB && bytes[index + 2] == 0xBF
  }
}
