import Foundation
import Platform
import TestSupport
import Testing

@testable import Reading

/// Frames that are decoded before the source comes to them give what the source alone gives.
@Suite struct FramesAheadTests {
  /// Everything that a reader finds in a shard.
  private struct Found: Equatable, CustomTestStringConvertible {
    var bytes: [UInt8] = []
    var places: [Int] = []
    var progress = ShardProgress()
    var error: ReadingError?

    var testDescription: String {
      "\(bytes.count) bytes, \(progress), \(error.map { "\($0)" } ?? "no error")"
    }
  }

  private let directory: TemporaryDirectory
  /// Lines of about 40 bytes, cut into the content of frames at any byte.
  private let pieces: [Data]

  init() throws {
    directory = try TemporaryDirectory()
    let lines = (0..<400).map { Data("{\"id\":\($0),\"text\":\"\($0 * 7919) words\"}\n".utf8) }
    let text = lines.reduce(Data(), +)
    let ends = [0, 1, 700, 700, 3000, 3001, 9000, text.count]
    pieces = zip(ends, ends.dropFirst()).map { Data(text[$0..<$1]) }
  }

  /// RFC 8878, section 3.1.2: magic, size, content.
  private static let skippable = Data([0x5E, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3])
  private static let emptySkippable = Data([0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0])

  /// Frames with and without a content size and a checksum, empty ones, and skippable ones.
  private func frames() throws -> [Data] {
    try pieces.enumerated().flatMap { number, piece in
      switch number % 4 {
      case 0: [try Containers.zstd(piece, in: directory)]
      case 1: [Self.skippable, try sized(piece)]
      case 2: [try Containers.zstd(piece, hasChecksum: number > 4, in: directory)]
      default: [try sized(piece), Self.emptySkippable, try sized(Data())]
      }
    }
  }

  /// A frame whose header has the size of its content: the command knows it of a named file.
  private func sized(_ data: Data) throws -> Data {
    let path = try directory.write(data, to: "piece")
    let result = try Program.shell("exec zstd -qc \"$1\"", [path], in: directory)
    try #require(result.status == 0)
    return result.output
  }

  private func read(
    _ path: String, chunkSize: Int = 600, maximumWindow: Int = 8 << 20, ahead: FramesAhead? = nil,
    beforeEachChunk: () -> Void = {}
  ) throws -> Found {
    var found = Found()
    do throws(ReadingError) {
      var limits = ReadingLimits()
      limits.maximumWindow = maximumWindow
      var settings = ChunkSettings(
        limits: limits, chunkByteCount: chunkSize, hashesContent: true)
      settings.ahead = ahead
      var reader = try ShardReader(Shard(path: path), number: 0, settings)
      var chunk = Chunk()
      beforeEachChunk()
      while try reader.next(into: &chunk) {
        found.places.append(chunk.place)
        found.bytes += array(of: chunk.bytes.span)
        beforeEachChunk()
      }
      found.progress = reader.progress
    } catch {
      found.error = error
    }
    return found
  }

  /// Reads with frames decoded ahead at moments that the seed says.
  private func readAhead(
    _ path: String, seed: UInt64, chunkSize: Int = 600, maximumWindow: Int = 8 << 20
  ) throws -> Found {
    var random = SplitMix64(state: seed)
    let ahead = FramesAhead(slotLimit: Int.random(in: 1...4, using: &random))
    return try read(path, chunkSize: chunkSize, maximumWindow: maximumWindow, ahead: ahead) {
      for _ in 0..<Int.random(in: 0...3, using: &random) { _ = ahead.decodeNext() }
    }
  }

  @Test(arguments: [64, 600, 1 << 20], [UInt64](1...5))
  func `The same is read, whenever frames are decoded`(chunkSize: Int, seed: UInt64) throws {
    let path = try directory.write(frames().reduce(Data(), +), to: "shard.zst")
    let expected = try read(path, chunkSize: chunkSize)
    #expect(Data(expected.bytes) == pieces.reduce(Data(), +))
    #expect(expected.progress.hasChecksums == false)
    #expect(try readAhead(path, seed: seed, chunkSize: chunkSize) == expected)
  }

  @Test func `Frames are really decoded ahead`() throws {
    // Each is longer than what is taken together.
    let piece = Data((0..<80_000).map { "{\"text\":\"\($0) \($0 * 31) or more\"}\n" }.joined().utf8)
    let path = try directory.write(
      [piece, piece, piece].map { try sized($0) }.reduce(Data(), +), to: "shard.zst")
    let ahead = FramesAhead(slotLimit: 2)
    var answers: [Bool] = []
    let found = try read(path, chunkSize: 1 << 20, ahead: ahead) {
      if answers.count < 4 { for _ in 0..<2 { answers.append(ahead.decodeNext()) } }
    }
    // The first frame is the source's own, which takes no decoding here; then one more is decoded.
    #expect(answers == [true, true, true, false])
    #expect(Data(found.bytes) == piece + piece + piece)
  }

  @Test(arguments: [UInt64](1...3))
  func `A file cut at any byte gives the same error`(seed: UInt64) throws {
    let file = try frames().reduce(Data(), +)
    for count in stride(from: 4, through: file.count, by: seed == 1 ? 1 : 7) {
      let path = try directory.write(file.prefix(count), to: "cut.zst")
      let expected = try read(path)
      #expect(try readAhead(path, seed: seed &+ UInt64(count)) == expected, "cut after \(count)")
    }
  }

  @Test(arguments: [UInt64](1...4))
  func `Damage gives the same error or the same bytes`(seed: UInt64) throws {
    let file = try frames().reduce(Data(), +)
    var random = SplitMix64(state: seed)
    for round in 0..<300 {
      var damaged = file
      let place = Int.random(in: 0..<file.count, using: &random)
      switch round % 3 {
      case 0: damaged[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 1: damaged.insert(UInt8.random(in: 0...255, using: &random), at: place)
      default:
        for _ in 0...place % 9 { damaged.append(UInt8.random(in: 0...255, using: &random)) }
      }
      let path = try directory.write(damaged, to: "damaged.zst")
      let expected = try read(path)
      #expect(try readAhead(path, seed: random.next()) == expected, "round \(round)")
    }
  }

  @Test(arguments: [UInt64](1...3))
  func `A frame above the limit for windows gives the same error`(seed: UInt64) throws {
    let path = try directory.write(frames().reduce(Data(), +), to: "shard.zst")
    let expected = try read(path, maximumWindow: 4000)
    #expect(expected.error != nil)
    #expect(try readAhead(path, seed: seed, maximumWindow: 4000) == expected)
  }

  @Test func `Frames that are too long to be held are read all the same`() throws {
    let line = Data("{\"text\":\"\(String(repeating: "0123456789", count: 100))\"}\n".utf8)
    let long = (0..<9000).reduce(into: Data()) { data, _ in data += line }
    let short = (0..<3000).reduce(into: Data()) { data, _ in data += line }
    try #require(long.count > FramesAhead.longestText && short.count < FramesAhead.longestText)
    let file = try [short, long, short, short, long, short].map { try sized($0) }.reduce(Data(), +)
    let path = try directory.write(file, to: "shard.zst")
    let expected = try read(path, chunkSize: 1 << 20)
    for seed in [UInt64](1...3) {
      #expect(try readAhead(path, seed: seed, chunkSize: 1 << 20) == expected)
    }
  }

  @Test(arguments: 1...5) func `Other threads may decode all the time`(round: Int) throws {
    let path = try directory.write(
      (0..<20).map { _ in try frames().reduce(Data(), +) }.reduce(Data(), +), to: "shard.zst")
    let expected = try read(path)
    let ahead = FramesAhead(slotLimit: round)
    let isDone = Lock(false)
    let found = try Threads.run(4) { number -> Result<Found?, any Error> in
      Result {
        guard number == 0 else {
          while !isDone.withLock({ $0 }) { _ = ahead.decodeNext() }
          return nil
        }
        defer { isDone.withLock { $0 = true } }
        return try read(path, ahead: ahead)
      }
    }
    #expect(try found[0].get() == expected)
  }
}
