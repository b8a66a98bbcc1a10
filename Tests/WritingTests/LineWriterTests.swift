import Compression
import Foundation
import TestSupport
import Testing

@testable import Writing

@Suite struct LineWriterTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [("out", Container.plain), ("out.zst", .zstd), ("out.gz", .gzip)])
  func `Lines of any length come out unchanged`(name: String, container: Container) throws {
    var random = SplitMix64(state: 7)
    var writer = try writer(name, container)
    var expected = Data()
    for count in [0, 1, 10, 262_143, 262_144, 262_145, 1_000_000, 3] {
      let byte = UInt8.random(in: 0x20...0x7E, using: &random)
      let line = [UInt8](repeating: byte, count: count)
      try writer.write(line.span)
      expected += Data(line) + [0x0A]
    }
    #expect(writer.byteCount == expected.count)
    try writer.finish()
    let found =
      try container == .plain
      ? directory.read(name) : Containers.decompress(directory.path(name), in: directory)
    #expect(found == expected)
    #expect(directory.names == [name])
  }

  @Test(arguments: [Container.plain, .zstd, .gzip])
  func `No file remains without an end`(container: Container) throws {
    do {
      var writer = try writer("out", container)
      try writer.write([UInt8](repeating: 0x61, count: 1_000_000).span)
    }
    #expect(directory.names.isEmpty)
  }

  private func writer(_ name: String, _ container: Container) throws -> LineWriter {
    try LineWriter(
      .file(path: directory.path(name)), container: container, replaces: false, registry: registry)
  }
}
