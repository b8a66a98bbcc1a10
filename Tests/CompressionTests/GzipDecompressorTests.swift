import Compression
import Testing

@Suite struct GzipDecompressorTests {
  private let text = sampleText(byteCount: 5000)

  @Test func `A file from the gzip command decodes`() {
    #expect(decode(twoLinesGzip, .gzip) == Outcome(bytes: twoLines))
  }

  @Test func `A member can be split anywhere, inside its header and trailer too`() throws {
    let member = GzipReference.addHeaderFields(to: twoLinesGzip.withoutName)
    let file = member + member
    for border in 0...file.count {
      var decompressor = GzipDecompressor()
      var decoded: [UInt8] = []
      for range in [0..<border, border..<file.count] {
        try decoded.append(addingCapacity: 1000) { output throws(CompressionError) in
          let consumed = try decompressor.decompress(file.span.extracting(range), into: &output)
          #expect(consumed == range.count)
        }
      }
      try decompressor.finish()
      #expect(decoded == twoLines + twoLines, "split after \(border) bytes")
    }
  }

  @Test(arguments: [1, 4096])
  func `An empty member decodes as no bytes`(chunkSize: Int) {
    let file = GzipReference.compress([]) + twoLinesGzip + GzipReference.compress([])
    #expect(decode(file, .gzip, chunkSize: chunkSize) == Outcome(bytes: twoLines))
  }

  @Test func `A file cut short is an error, unless it is cut between members`() {
    let file = twoLinesGzip + GzipReference.compress(text)
    let borders = [0, twoLinesGzip.count, file.count]
    for length in 0...file.count {
      let outcome = decode(Array(file.prefix(length)), .gzip, chunkSize: 50)
      #expect(
        outcome.error == (borders.contains(length) ? nil : .truncated(format: .gzip)),
        "cut after \(length) bytes")
      #expect((twoLines + text).starts(with: outcome.bytes))
    }
  }

  @Test(arguments: [1, 4096], 1...8)
  func `A wrong checksum or length is distinguished from other damage`(
    chunkSize: Int, distanceFromEnd: Int
  ) {
    var file = GzipReference.compress(text)
    file[file.count - distanceFromEnd] ^= 1
    let outcome = decode(file, .gzip, chunkSize: chunkSize)
    #expect(outcome == Outcome(bytes: text, error: .checksumMismatch(format: .gzip)))
  }

  @Test(arguments: [1, 4096])
  func `A wrong checksum of the header is an error`(chunkSize: Int) {
    var file = GzipReference.addHeaderFields(to: GzipReference.compress(text))
    file[9] ^= 1  // the operating system, which means nothing else
    let outcome = decode(file, .gzip, chunkSize: chunkSize)
    #expect(outcome == Outcome(error: .checksumMismatch(format: .gzip)))
  }

  @Test func `No flipped bit gives other bytes without an error`() {
    for bit in 0..<(8 * twoLinesGzip.count) {
      var file = twoLinesGzip
      file[bit / 8] ^= 1 << UInt8(bit % 8)
      let outcome = decode(file, .gzip)
      #expect(outcome.error != nil || outcome.bytes == twoLines, "bit \(bit) flipped")
    }
  }

  @Test(arguments: [1, 7, 4096], [1, 2, 9, 5000])
  func `Zeros may follow the last member`(chunkSize: Int, zeroCount: Int) {
    let file = twoLinesGzip + [UInt8](repeating: 0, count: zeroCount)
    #expect(decode(file, .gzip, chunkSize: chunkSize) == Outcome(bytes: twoLines))
  }

  @Test(arguments: [
    [1], [0x1F, 0x8A], [0, 0, 7], [0, 0x1F, 0x8B], Array("text".utf8), twoLinesZstd,
  ])
  func `Other bytes after a member are garbage`(garbage: [UInt8]) {
    for chunkSize in [1, 7, 4096] {
      let outcome = decode(twoLinesGzip + garbage, .gzip, chunkSize: chunkSize)
      #expect(outcome == Outcome(bytes: twoLines, error: .trailingGarbage(format: .gzip)))
    }
  }

  @Test(arguments: [[0x7B], [0x1F, 0x7B], [0]])
  func `A file that isn't gzip from the first byte on is corrupt`(file: [UInt8]) {
    let error = CompressionError.corrupt(format: .gzip, reason: "unknown magic number")
    #expect(decode(file, .gzip) == Outcome(error: error))
  }

  @Test func `Bytes beside a reference that leads nowhere are left out`() {
    // The literal "a", then 3 bytes from 24577 bytes back. ISA-L counts the "a" as written, but
    // sometimes doesn't store a literal that it decodes together with a bad reference. For one of
    // 30 randomly damaged files, the last bytes differed from run to run.
    let deflated: [UInt8] = [0x4B, 0x04, 0x5E, 0x00, 0x00, 0x00]
    let file = Array(twoLinesGzip.withoutName[..<10]) + deflated + [UInt8](repeating: 0, count: 8)
    let error = CompressionError.corrupt(format: .gzip, reason: "invalid lookback distance")
    #expect(decode(file, .gzip) == Outcome(error: error))
  }

  @Test func `A method other than deflate is corrupt`() {
    var file = twoLinesGzip
    file[2] = 7
    let error = CompressionError.corrupt(format: .gzip, reason: "unsupported method")
    #expect(decode(file, .gzip) == Outcome(error: error))
  }
}

extension [UInt8] {
  /// A member from the `gzip` command with the name taken out of its header.
  fileprivate var withoutName: [UInt8] {
    var header = Array(self[..<10])
    header[3] = 0
    let nameEnd = self[10...].firstIndex(of: 0) ?? count - 1
    return header + self[(nameEnd + 1)...]
  }
}
