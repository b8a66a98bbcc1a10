import Compression
import Testing

@Suite struct ContainerTests {
  @Test(arguments: UInt8(0x50)...0x5F)
  func `Any of the sixteen skippable magic numbers means zstd`(first: UInt8) {
    let prefix = [first, 0x2A, 0x4D, 0x18]
    #expect(Container.recognize(prefix.span) == .zstd)
  }

  @Test(arguments: [
    (twoLinesZstd, Container.zstd), (twoLinesGzip, .gzip), (twoLines, .plain),
  ])
  func `A file from the commands is recognised`(file: [UInt8], container: Container) {
    #expect(Container.recognize(file.span) == container)
  }

  @Test(arguments: [
    [], [0x1F], [0x28, 0xB5, 0x2F], [0x1F, 0x8C, 0, 0], [0x28, 0xB5, 0x2F, 0xFC],
    [0x60, 0x2A, 0x4D, 0x18], [0x4F, 0x2A, 0x4D, 0x18],
  ])
  func `Half a magic number, or a similar one, means plain`(prefix: [UInt8]) {
    #expect(Container.recognize(prefix.span) == .plain)
  }
}
