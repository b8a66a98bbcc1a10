import TestSupport
import Testing

@testable import Files

/// A name held in a string leads back to exactly its bytes.
@Suite struct FileNameTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `Any bytes come back unchanged`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    // The pieces resemble the scalars that stand for bytes, in valid and invalid UTF-8.
    let pieces: [[UInt8]] = [
      [0x61], [0xE9], [0xC3, 0xA9], [0x65, 0xCC, 0x81], [0xF4, 0x8F, 0xBA, 0x80],
      [0xF4, 0x8F, 0xBB, 0xBF], [0xF4, 0x8F, 0xBB], [0xF4, 0x8F], [0xF4], [0xED, 0xA0, 0x80],
      [0xC0, 0xAF], [0xF0, 0x9F, 0x98, 0x80], [0x2F], [0xFF], [0x80], [0xEF, 0xBF, 0xBD],
      [0xF4, 0x8F, 0xB9, 0xBF], [0xF4, 0x8F, 0xBC, 0x80],
    ]
    for _ in 0..<500 {
      let count = Int.random(in: 0...12, using: &random)
      let bytes = (0..<count).flatMap { _ in pieces.randomElement(using: &random) ?? [] }
      let string = FileName.string(bytes)
      #expect(FileName.bytes(of: string) == bytes)
      #expect(
        Array(string.utf8) == bytes
          || string.unicodeScalars.contains { FileName.byte(of: $0) != nil })
    }
  }

  @Test func `Every byte that isn't UTF-8 has a scalar of its own`() {
    let strings = (UInt8(0x80)...0xFF).map { FileName.string([$0]) }
    #expect(
      Set(strings.map { $0.unicodeScalars.first?.value }) == Set((0x10_FE80...0x10_FEFF).map { $0 })
    )
  }

  @Test func `A name in UTF-8 is unchanged, in either normal form`() {
    for name in ["café", "cafe\u{301}", "日本", "a b.jsonl", ""] {
      #expect(ExactString(FileName.string(Array(name.utf8))) == ExactString(name))
    }
  }

  @Test func `A file is made and found under the bytes of its name`() throws {
    let directory = try TemporaryDirectory()
    let names = [FileName.string([0x61, 0xE9]), FileName.string([0x61, 0xE8]), "é", "e\u{301}"]
    for name in names {
      try File(creating: directory.path("") + "/" + name).writeAll(Array(name.utf8).span)
    }
    let found = File.names(in: directory.url.path).filter { $0 != "." && $0 != ".." }
    #expect(Set(found.map { ExactString($0) }) == Set(names.map { ExactString($0) }))
    for name in names {
      let status = try FileStatus(path: "\(directory.url.path)/\(name)")
      #expect(status?.byteCount == name.utf8.count)
    }
    // Python counts the names by their bytes, too.
    let run = try Program.run(
      "/usr/bin/env", ["python3", "-c", "import os; print(sorted(os.listdir(b'.')))"], in: directory
    )
    #expect(run.lines == ["[b'a\\xe8', b'a\\xe9', b'e\\xcc\\x81', b'\\xc3\\xa9']"])
  }

  @Test func `Parts of a path are compared by bytes`() {
    // As characters, the dot would join the sign before it, and the slash the accent after it.
    #expect("\u{600}.zst".endsInBytes(of: ".zst"))
    #expect("a/\u{301}b".pathParts() == ["a", "\u{301}b"])
    #expect("a/\u{301}b".lastPathPart == "\u{301}b")
    #expect("plain".lastPathPart == "plain")
    #expect("directory/".lastPathPart == "")
  }
}
