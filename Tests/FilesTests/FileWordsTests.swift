import Platform
import TestSupport
import Testing

@testable import Files

/// Words in temporary files.
@Suite struct FileWordsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [0, 1, 1000, 100_000])
  func `Words are read as they were written`(count: Int) throws {
    let words = (0..<count).map { UInt32(truncatingIfNeeded: $0 &* 0x9E37_79B9) }
    let file = try File.unnamedTemporary(in: directory.path(""))
    try file.writeAll(words: [7, 8].span)
    try file.writeAll(words: words.span)
    var read: [UInt32] = [5]
    #expect(try file.read(words: count, at: 8, into: &read) == count)
    #expect(read == [5] + words)
    // The last word and none after it.
    var rest: [UInt32] = []
    #expect(try file.read(words: 3, at: 4 * (count + 1), into: &rest) == 1)
    #expect(rest == [words.last ?? 8])
  }
}
