import Compression
import Testing

@Suite struct ZstdDecompressorTests {
  private let text = sampleText(byteCount: 5000)

  @Test func `A file from the zstd command decodes`() {
    #expect(decode(twoLinesZstd, .zstd) == Outcome(bytes: twoLines))
  }

  @Test(arguments: [1, 7, 4096])
  func `Skippable frames decode as nothing, wherever they are`(chunkSize: Int) {
    let frame = ZstdReference.compress(text)
    let file =
      ZstdReference.skippableFrame + ZstdReference.emptySkippableFrame + frame
      + ZstdReference.emptySkippableFrame + frame + ZstdReference.skippableFrame
    #expect(decode(file, .zstd, chunkSize: chunkSize) == Outcome(bytes: text + text))
  }

  @Test(arguments: [1, 4096])
  func `An empty frame decodes as no bytes`(chunkSize: Int) {
    let file = ZstdReference.compress([]) + ZstdReference.compress([], windowLog: 10)
    #expect(decode(file, .zstd, chunkSize: chunkSize) == Outcome())
  }

  @Test func `A file cut short is an error, unless it is cut between frames`() {
    let text = Array(text.prefix(1000))
    let frames = [twoLinesZstd, ZstdReference.skippableFrame, ZstdReference.compress(text)]
    let file = frames.joined()
    let borders = [0, frames[0].count, frames[0].count + frames[1].count, file.count]
    for length in 0...file.count {
      let outcome = decode(Array(file.prefix(length)), .zstd, chunkSize: 50)
      #expect(
        outcome.error == (borders.contains(length) ? nil : .truncated(format: .zstd)),
        "cut after \(length) bytes")
      #expect((twoLines + text).starts(with: outcome.bytes))
    }
  }

  @Test(arguments: [1, 4096])
  func `A wrong checksum is distinguished from other damage`(chunkSize: Int) {
    var file = ZstdReference.compress(text)
    file[file.count - 1] ^= 0x80
    let outcome = decode(file, .zstd, chunkSize: chunkSize)
    #expect(outcome.error == .checksumMismatch(format: .zstd))
  }

  @Test func `No flipped bit gives other bytes without an error`() {
    for bit in 0..<(8 * twoLinesZstd.count) {
      var file = twoLinesZstd
      file[bit / 8] ^= 1 << UInt8(bit % 8)
      let outcome = decode(file, .zstd, maximumWindowByteCount: 1 << 20)
      #expect(outcome.error != nil || outcome.bytes == twoLines, "bit \(bit) flipped")
    }
  }

  @Test(arguments: [1, 7, 4096], [[0], [0x28, 0xB5, 0], [0x1F, 0x8B, 8, 0], Array("text".utf8)])
  func `Bytes after a frame that don't begin another are garbage`(chunkSize: Int, garbage: [UInt8])
  {
    let outcome = decode(twoLinesZstd + garbage, .zstd, chunkSize: chunkSize)
    #expect(outcome == Outcome(bytes: twoLines, error: .trailingGarbage(format: .zstd)))
  }

  @Test(arguments: [1, 4096])
  func `A file that isn't zstd from the first byte on is corrupt`(chunkSize: Int) {
    let outcome = decode(twoLines, .zstd, chunkSize: chunkSize)
    let error = CompressionError.corrupt(format: .zstd, reason: "Unknown frame descriptor")
    #expect(outcome == Outcome(error: error))
  }

  @Test(arguments: [1, 7, 1 << 20], [(1 << 19), (1 << 20) - 1])
  func `A window over the limit is refused, however short the frame`(
    chunkSize: Int, maximumWindowByteCount: Int
  ) {
    let file = ZstdReference.compress(text, windowLog: 20)
    let outcome = decode(
      file, .zstd, chunkSize: chunkSize, maximumWindowByteCount: maximumWindowByteCount)
    let limit = UInt64(maximumWindowByteCount)
    #expect(outcome == Outcome(error: .windowTooLarge(byteCount: 1 << 20, limit: limit)))
  }

  @Test(arguments: [1, 1 << 20])
  func `A window exactly at the limit is allowed`(chunkSize: Int) {
    let file = ZstdReference.compress(text, windowLog: 20)
    let outcome = decode(
      file, .zstd, chunkSize: chunkSize, maximumWindowByteCount: 1 << 20)
    #expect(outcome == Outcome(bytes: text))
  }

  @Test func `A content size over the limit is refused if it replaces the window`() {
    let file = ZstdReference.compress(text)  // it has one segment of 5000 bytes
    let outcome = decode(file, .zstd, maximumWindowByteCount: 4096)
    #expect(outcome.error == .windowTooLarge(byteCount: 5000, limit: 4096))
  }

  @Test func `Limits beyond libzstd's range are reduced to it`() {
    #expect(decode(twoLinesZstd, .zstd, maximumWindowByteCount: 1) == Outcome(bytes: twoLines))
    #expect(decode(twoLinesZstd, .zstd, maximumWindowByteCount: .max) == Outcome(bytes: twoLines))
  }

  @Test(arguments: [1, 7, 4096])
  func `A frame shorter than its header says is corrupt`(chunkSize: Int) {
    // Found by fuzzing: the header declares one byte, and an empty block with its correct checksum
    // follows.
    let file: [UInt8] = [
      0x28, 0xB5, 0x2F, 0xFD, 0x24, 0x01, 0x01, 0x00, 0x00, 0x99, 0xE9, 0xD8, 0x51,
    ]
    guard case .corrupt(.zstd, _) = decode(file, .zstd, chunkSize: chunkSize).error else {
      Issue.record("no error")
      return
    }
  }
}
