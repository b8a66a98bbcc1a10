import Compression
import Testing

@Suite struct CompressorTests {
  private static let sizes = [1, 7, 4096, 65536, 100_003, 1 << 20]
  private let text = sampleText(byteCount: 500_000)

  @Test(arguments: sizes) func `libzstd reads the compressed bytes back`(chunkSize: Int) throws {
    let file = try compress(text, .zstd, chunkSize: chunkSize)
    #expect(ZstdReference.decompress(file, byteCount: text.count) == text)
  }

  @Test(arguments: sizes) func `zlib reads the compressed bytes back`(chunkSize: Int) throws {
    let file = try compress(text, .gzip, chunkSize: chunkSize)
    #expect(GzipReference.decompress(file, byteCount: text.count) == text)
  }

  @Test(arguments: [Container.plain, .zstd, .gzip], sizes)
  func `Compressed bytes don't depend on the chunk size`(
    container: Container, chunkSize: Int
  ) throws {
    let expected = try compress(text, container, chunkSize: text.count)
    #expect(try compress(text, container, chunkSize: chunkSize) == expected)
  }

  @Test(arguments: [Container.zstd, .gzip])
  func `Text gets smaller`(container: Container) throws {
    #expect(try compress(text, container).count < text.count / 2)
  }

  @Test(arguments: [Container.zstd, .gzip])
  func `Noise comes back as it was`(container: Container) throws {
    let noise = sampleNoise(byteCount: 300_000)
    let file = try compress(noise, container, chunkSize: 9973)
    switch container {
    case .zstd: #expect(ZstdReference.decompress(file, byteCount: noise.count) == noise)
    default: #expect(GzipReference.decompress(file, byteCount: noise.count) == noise)
    }
  }

  @Test func `An empty stream is still a frame or member`() throws {
    #expect(try compress([], .plain) == [])
    let frame = try compress([], .zstd)
    #expect(Container.recognize(frame.span) == .zstd)
    #expect(ZstdReference.decompress(frame, byteCount: 0) == [])
    let member = try compress([], .gzip)
    #expect(Container.recognize(member.span) == .gzip)
    #expect(GzipReference.decompress(member, byteCount: 0) == [])
  }

  @Test func `A zstd frame has a checksum`() throws {
    var file = try compress(text, .zstd)
    file[file.count - 1] ^= 1
    #expect(decode(file, .zstd).error == .checksumMismatch(format: .zstd))
  }

  @Test func `A gzip member has neither time nor name`() throws {
    let file = try compress(text, .gzip)
    #expect(file[3] == 0)
    #expect(file[4..<8].elementsEqual([0, 0, 0, 0]))
  }

  @Test(arguments: [Container.plain, .zstd, .gzip])
  func `Output is appended to the existing bytes`(container: Container) throws {
    var compressor = try Compressor(container, zstdLevel: 3)
    var output = Array("before".utf8)
    try compressor.compress(text.span, appendingTo: &output)
    try compressor.finish(appendingTo: &output)
    #expect(try output == Array("before".utf8) + compress(text, container))
  }

  @Test(arguments: [Container.zstd, .gzip])
  func `Bytes written after the end open another frame or member`(
    container: Container
  ) throws {
    var compressor = try Compressor(container, zstdLevel: 3)
    var output: [UInt8] = []
    for _ in 1...2 {
      try compressor.compress(text.span, appendingTo: &output)
      try compressor.finish(appendingTo: &output)
    }
    let once = try compress(text, container)
    #expect(output == once + once)
  }

  @Test(arguments: [Int32.min, -5, 0, 1, 19, .max])
  func `A zstd level is limited to the range that libzstd knows`(level: Int32) throws {
    let text = twoLines
    var compressor = try ZstdCompressor(level: level)
    var output: [UInt8] = []
    try compressor.compress(text.span, appendingTo: &output)
    try compressor.finish(appendingTo: &output)
    #expect(ZstdReference.decompress(output, byteCount: text.count) == text)
  }
}
