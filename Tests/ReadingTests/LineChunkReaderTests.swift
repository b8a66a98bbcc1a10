import Files
import Foundation
import TestSupport
import Testing

@testable import Reading

@Suite struct LineChunkReaderTests {
  private static let chunkSizes = [64, 1 << 10, 4096, 1 << 16, 512 << 10]
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: chunkSizes, Wrapping.allCases)
  func `Lines and offsets depend on neither chunk size nor container`(
    chunkSize: Int, wrapping: Wrapping
  ) throws {
    for (number, variant) in TextVariant.allCases.enumerated() {
      let text = variant.text(seed: UInt64(number))
      let path = try directory.write(wrapping.wrap(text, in: directory), to: "shard")
      let found = try lines(path, chunkSize: chunkSize)
      let expected = naiveLines(text)
      #expect(found.map(\.offset) == expected.map(\.offset), "\(variant)")
      #expect(found.map(\.bytes) == expected.map(\.bytes), "\(variant)")
    }
  }

  @Test(arguments: chunkSizes) func `A shard without bytes has no lines`(chunkSize: Int) throws {
    for bytes in [Data(), Data([0xEF, 0xBB, 0xBF])] {
      let path = try directory.write(bytes, to: "empty")
      #expect(try lines(path, chunkSize: chunkSize).isEmpty)
    }
  }

  @Test(arguments: chunkSizes)
  func `A line that doesn't end within the limit is an error at its start`(chunkSize: Int) throws {
    let text = Data("{}\n".utf8) + Data(repeating: 0x61, count: 3 << 20)
    let path = try directory.write(text, to: "long")
    #expect(throws: ReadingError.lineTooLong(path: path, offset: 3, limit: 1 << 20)) {
      _ = try lines(path, chunkSize: chunkSize, limits: ReadingLimits(maximumLine: 1 << 20))
    }
  }

  @Test(arguments: chunkSizes)
  func `A line exactly at the limit is read`(chunkSize: Int) throws {
    let text = Data("{}\n".utf8) + Data(repeating: 0x61, count: 100_000)
    let path = try directory.write(text, to: "long")
    let found = try lines(path, chunkSize: chunkSize, limits: ReadingLimits(maximumLine: 100_000))
    #expect(found.map(\.bytes.count) == [2, 100_000])
  }

  @Test(arguments: Wrapping.allCases)
  func `A file changed since the run began is an error`(wrapping: Wrapping) throws {
    let bytes = try wrapping.wrap(Data("{}\n".utf8), in: directory)
    let path = try directory.write(bytes, to: "shard")
    let shard = try Shard(path: path)
    try directory.write(bytes + bytes, to: "shard")
    #expect(throws: ReadingError.changed(path: path)) { _ = try lines(shard, chunkSize: 4096) }
    #expect(throws: ReadingError.changed(path: path)) {
      _ = try shard.recordReader(DocumentRequest(textField: "text"), ReadingLimits())
    }
  }

  @Test func `A file that grows while it is read is an error`() throws {
    let bytes = Data("{}\n".utf8)
    let path = try directory.write(bytes, to: "shard")
    let shard = try Shard(path: path)
    var reader = try ShardReader(shard, number: 0, ChunkSettings(chunkByteCount: 4096))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: bytes)
    var chunk = Chunk()
    do {
      while try reader.next(into: &chunk) {}
      Issue.record("no error")
    } catch {
      #expect(error == .changed(path: path))
    }
  }
}

/// A line, and its offset in the decompressed bytes.
struct PlacedLine: Equatable {
  var offset: Int
  var bytes: [UInt8]
}

func lines(
  _ path: String, chunkSize: Int, limits: ReadingLimits = ReadingLimits()
) throws -> [PlacedLine] {
  try lines(Shard(path: path), chunkSize: chunkSize, limits: limits)
}

func lines(
  _ shard: Shard, chunkSize: Int, limits: ReadingLimits = ReadingLimits()
) throws -> [PlacedLine] {
  var reader = try ShardReader(
    shard, number: 3, ChunkSettings(limits: limits, chunkByteCount: chunkSize))
  var chunk = Chunk()
  var lines: [PlacedLine] = []
  var chunkCount = 0
  while try reader.next(into: &chunk) {
    #expect(chunk.shard == 3 && chunk.number == chunkCount)
    chunkCount += 1
    var position = 0
    while let range = chunk.nextLine(from: &position) {
      let bytes = array(of: chunk.bytes.span.extracting(range))
      lines.append(PlacedLine(offset: chunk.place + range.lowerBound, bytes: bytes))
    }
  }
  return lines
}
