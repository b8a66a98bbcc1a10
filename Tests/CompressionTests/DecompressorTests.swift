import Compression
import Testing

/// Promises that hold for every container.
@Suite struct DecompressorTests {
  private static let sizes = [1, 7, 4096, 1 << 20]

  /// The text is longer than gzip's 32 KiB window, so the window slides.
  private let text = sampleText(byteCount: 70_000)

  private func file(_ container: Container) -> [UInt8] {
    switch container {
    case .plain: text + text
    case .zstd:
      ZstdReference.compress(text) + ZstdReference.skippableFrame
        + ZstdReference.compress(text, windowLog: 12)
    case .gzip:
      GzipReference.compress(text)
        + GzipReference.addHeaderFields(to: GzipReference.compress(text, level: 1)) + [0, 0, 0]
    }
  }

  @Test(arguments: [Container.plain, .zstd, .gzip], sizes)
  func `Decoded bytes don't depend on the chunk size`(container: Container, chunkSize: Int) {
    let outcome = decode(file(container), container, chunkSize: chunkSize)
    #expect(outcome == Outcome(bytes: text + text))
  }

  @Test(arguments: [Container.plain, .zstd, .gzip], sizes)
  func `Decoded bytes don't depend on the output size`(container: Container, outputSize: Int) {
    let outcome = decode(file(container), container, outputSize: outputSize)
    #expect(outcome == Outcome(bytes: text + text))
  }

  @Test(arguments: [Container.plain, .zstd, .gzip])
  func `Bytes can go in and out one at a time`(container: Container) {
    let outcome = decode(file(container), container, chunkSize: 1, outputSize: 1)
    #expect(outcome == Outcome(bytes: text + text))
  }

  @Test(arguments: [Container.zstd, .gzip], [UInt64](1...8))
  func `Decoded bytes don't depend on uneven splits`(container: Container, seed: UInt64) throws {
    var generator = SplitMix64(state: seed)
    let bytes = file(container)
    var decompressor = try Decompressor(container, maximumWindowByteCount: 1 << 20)
    // The array has its own memory: appending nothing to the empty array would write a count into
    // the one that all threads share.
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    var position = 0
    while position < bytes.count || decompressor.hasPendingOutput {
      let chunkSize = Int.random(in: 0...40, using: &generator)
      let chunk = bytes.span.extracting(position..<min(position + chunkSize, bytes.count))
      let outputSize = Int.random(in: 0...300, using: &generator)
      try decoded.append(addingCapacity: outputSize) { output throws(CompressionError) in
        position += try decompressor.decompress(chunk, into: &output)
      }
    }
    try decompressor.finish()
    #expect(decoded == text + text)
  }

  @Test(arguments: [Container.plain, .zstd, .gzip])
  func `A full output takes no input`(container: Container) throws {
    var decompressor = try Decompressor(container, maximumWindowByteCount: 1 << 20)
    var decoded: [UInt8] = [7]
    try decoded.append(addingCapacity: 0) { output throws(CompressionError) in
      let consumed = try decompressor.decompress(text.span, into: &output)
      #expect(consumed == 0)
    }
    #expect(decoded == [7])
  }

  @Test(arguments: [Container.plain, .zstd, .gzip])
  func `An empty file decodes as no bytes`(container: Container) {
    #expect(decode([], container) == Outcome())
  }

  @Test(arguments: [Container.zstd, .gzip])
  func `Noise comes back as it was`(container: Container) {
    let noise = sampleNoise(byteCount: 300_000)
    let file =
      container == .zstd ? ZstdReference.compress(noise) : GzipReference.compress(noise, level: 0)
    #expect(decode(file, container, chunkSize: 5000) == Outcome(bytes: noise))
  }
}
