import Compression
import Foundation
import TestSupport
import Testing

@testable import Writing

/// The shuffle, against its naive twin: all lines in memory, sorted by number and then by arrival.
@Suite struct ExternalShuffleTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  /// The distribution of the numbers.
  enum Spread: CaseIterable {
    case even
    /// The highest 44 bits are equal: five rounds have no effect before one separates them.
    case narrow
    case few
    case equal
    case rising
    case falling
  }

  @Test(arguments: Spread.allCases, [1, 2, 3])
  func `Lines are sorted by number, and equal numbers by arrival`(
    spread: Spread, seed: UInt64
  ) throws {
    var random = SplitMix64(state: seed)
    let lines = (0..<500).map { number in
      let count = Int.random(in: 0...100, using: &random)
      return (
        line: "\(number) " + String(repeating: "x", count: count),
        order: order(number, spread, &random)
      )
    }
    // Batches of 1 to 150 lines, and blocks of at most one line.
    for (batch, block) in [(12_000, 100), (1000, 64), (0, 12)] {
      #expect(try shuffle(lines, batch: batch, block: block) == naive(lines))
    }
  }

  @Test(arguments: [0, 1, 2, 50])
  func `Lines that fit into a batch are sorted there, without a temporary file`(
    count: Int
  ) throws {
    var random = SplitMix64(state: 5)
    let lines = (0..<count).map { (line: "line \($0)", order: random.next()) }
    let missing = directory.path("none")
    #expect(
      try shuffle(lines, batch: 1 << 20, block: 4096, spoolDirectory: missing) == naive(lines))
    if count > 0 {
      #expect(throws: WritingError.self) {
        _ = try shuffle(lines, batch: 0, block: 4096, spoolDirectory: missing)
      }
    }
  }

  @Test func `Lines much longer than batch and block come out whole`() throws {
    var random = SplitMix64(state: 9)
    let lines = (0..<40).map { number in
      let count = [0, 1, 99_999, 300_000][number % 4]
      let byte = Character(Unicode.Scalar(UInt8(0x61 + number % 26)))
      return (line: String(repeating: byte, count: count), order: random.next())
    }
    #expect(try shuffle(lines, batch: 100_000, block: 32 << 10) == naive(lines))
  }

  @Test func `Incompressible lines come back unchanged`() throws {
    var random = SplitMix64(state: 11)
    let lines = (0..<500).map { _ in
      let text = (0..<300).map { _ in
        Character(Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random)))
      }
      return (line: String(text), order: random.next())
    }
    #expect(try shuffle(lines, batch: 2000, block: 1024) == naive(lines))
  }

  @Test func `A waiting line counts as written, and comes out whole`() throws {
    var settings = ShuffleSettings(spoolDirectory: directory.url.path)
    settings.batchByteLimit = 0
    var sink = try sink(settings)
    try sink.write(Array("{\"b\":1} ".utf8).span, order: 2)
    try sink.write(Array("{\"a\":1}".utf8).span, order: 1)
    let lineCount = sink.lineCount
    #expect(lineCount == 2)
    let output = try sink.close()
    let byteCount = output.byteCount
    try output.commit()
    let found = try directory.read("out")
    #expect(found == Data("{\"a\":1}\n{\"b\":1} \n".utf8))
    #expect(byteCount == found.count)
    #expect(directory.names == ["out"])
  }

  // MARK: Support

  private func order(_ number: Int, _ spread: Spread, _ random: inout SplitMix64) -> UInt64 {
    switch spread {
    case .even: random.next()
    case .narrow: 0xABCD_EF01_2345 << 20 | random.next() >> 44
    case .few: UInt64.random(in: 0..<3, using: &random) << 62 | 7
    case .equal: 42
    case .rising: UInt64(number) << 48
    case .falling: .max - UInt64(number)
    }
  }

  private func naive(_ lines: [(line: String, order: UInt64)]) -> Data {
    let sorted = lines.enumerated().sorted {
      ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
    }
    return Data(sorted.map { $0.element.line + "\n" }.joined().utf8)
  }

  private func sink(_ settings: ShuffleSettings) throws -> LineSink {
    try LineSink(
      .file(path: directory.path("out")), container: .plain, replaces: true, registry: registry,
      shuffle: settings)
  }

  private func shuffle(
    _ lines: [(line: String, order: UInt64)], batch: Int, block: Int, spoolDirectory: String? = nil
  ) throws -> Data {
    var settings = ShuffleSettings(spoolDirectory: spoolDirectory ?? directory.url.path)
    settings.batchByteLimit = batch
    settings.blockByteCount = block
    var sink = try sink(settings)
    for (line, order) in lines { try sink.write(Array(line.utf8).span, order: order) }
    let output = try sink.close()
    try output.commit()
    return try directory.read("out")
  }
}
