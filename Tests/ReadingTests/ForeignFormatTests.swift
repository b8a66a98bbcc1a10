import Compression
import Foundation
import TestSupport
import Testing

@testable import Reading

/// Foreign files are recognised by their first bytes.
///
/// Files of lines are never mistaken for them.
@Suite struct ForeignFormatTests {
  /// Beginnings of files, from the formats' own specifications.
  private static let beginnings: [(ForeignFormat, [UInt8])] = [
    (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00, 0x04]),
    (.bzip2, Array("BZh9".utf8) + [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    (.bzip2, Array("BZh1".utf8) + [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]),
    (.lz4, [0x04, 0x22, 0x4D, 0x18, 0x64]), (.lz4, [0x02, 0x21, 0x4C, 0x18, 0x00]),
    (.lzma, [0x5D, 0, 0, 0x80, 0]), (.zstdDictionary, [0x37, 0xA4, 0x30, 0xEC, 1]),
    (.compress, [0x1F, 0x9D, 0x90]), (.zlib, [0x78, 0x9C, 0xAB]), (.zlib, [0x78, 0x5E, 0x01]),
    (.zip, [0x50, 0x4B, 3, 4]), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    (.rar, Array("Rar!".utf8) + [0x1A, 7, 0]), (.parquet, Array("PAR1".utf8) + [0x15]),
    (.arrowFile, Array("ARROW1\0\0".utf8)),
    (.arrowStream, [0xFF, 0xFF, 0xFF, 0xFF, 0x78, 0, 0, 0, 0x10]),
    (.featherV1, Array("FEA1".utf8)), (.orc, Array("ORC".utf8) + [8, 3]),
    (.avro, Array("Obj".utf8) + [1, 4]), (.sqlite, Array("SQLite format 3\0".utf8)),
    (.hdf5, [0x89] + "HDF\r\n\u{1A}\n".utf8), (.numpy, [0x93] + "NUMPY\u{1}".utf8),
    (.pickle, [0x80, 4, 0x95]), (.pdf, Array("%PDF-1.7\n".utf8)),
    (.warc, Array("WARC/1.0\r\n".utf8)), (.markup, Array("<!DOCTYPE html>\n".utf8)),
    (.lfsPointer, Array("version https://git-lfs.github.com/spec/v1\n".utf8)),
    (.utf16(isLittleEndian: true, hasMark: true), [0xFF, 0xFE, 0x7B, 0]),
    (.utf16(isLittleEndian: false, hasMark: true), [0xFE, 0xFF, 0, 0x7B]),
    (.utf16(isLittleEndian: true, hasMark: false), [0x7B, 0, 0x22, 0]),
    (.utf16(isLittleEndian: false, hasMark: false), [0, 0x7B, 0, 0x22]),
    (.utf32(isLittleEndian: true, hasMark: true), [0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0]),
    (.utf32(isLittleEndian: true, hasMark: false), [0x7B, 0, 0, 0, 0x22, 0, 0, 0]),
    (.utf32(isLittleEndian: false, hasMark: false), [0, 0, 0, 0x7B, 0, 0, 0, 0x22]),
    (.tar, Array("pool.jsonl".utf8) + [UInt8](repeating: 0, count: 247) + "ustar\0".utf8),
    (.tar, Array("pool.jsonl".utf8) + [UInt8](repeating: 0, count: 247) + "ustar  \0".utf8),
  ]

  @Test(arguments: beginnings.indices)
  func `A format is recognised by its first bytes`(index: Int) {
    let (format, bytes) = Self.beginnings[index]
    #expect(recognize(bytes) == format)
    #expect(
      ForeignFormat.recognize(bytes.span, expecting: .lines, isDecompressed: true) == format)
  }

  @Test(arguments: [
    "{\"text\": \"a\"}\n", "{ \"text\": \"a\"}", "\n\n{\"text\": 1}\n", "  {\"a\": 1}\n", "{}", "{",
    "",
    "\u{FEFF}{\"text\": \"a\"}\n", "{\n", "{ broken", "null\n", "\"a string\"\n\"another\"\n",
    "1\n2\n",
    "ORC and goblins\n", "BZhang wrote\n", "x^2 + y^2\n", "Hello, world\nHello, again\n",
    "plain text\n",
    // A line with an array among other lines.
    "[1, 2]\n{\"text\": \"a\"}\n", "[\"id\", \"text\"]\n[1, \"a\"]\n", "{'text': 'a'}\n", "a,b\n",
    "{\"text\": \"a\"}\n[1]\n",
  ])
  func `A file that may be lines is left to the reader of lines`(text: String) {
    #expect(recognize(Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    ("[\n  {\"text\": \"a\"}\n]\n", ForeignFormat.jsonArray), ("[{\"text\": \"a\"}]", .jsonArray),
    ("[{\"a\": 1},\n{\"a\": 2}]\n", .jsonArray), ("\u{FEFF}\n [\n{}]", .jsonArray),
    ("{\n  \"text\": \"a\"\n}\n", .prettyJSON), ("{\r\n\t\"text\": \"a\"\r\n}", .prettyJSON),
    ("id,text\n1,\"a b\"\n", .table(separator: 0x2C)),
    ("\"id\",\"the text\"\n1,a", .table(separator: 0x2C)),
    ("id;text;label\n1;a;b\n", .table(separator: 0x3B)),
    ("id\ttext\n1\ta\n", .table(separator: 0x09)),
    ("\u{FEFF}id,text\n1,a\n", .table(separator: 0x2C)),
  ])
  func `JSON over several lines, and tables, are recognised by their first lines`(
    text: String, format: ForeignFormat
  ) {
    #expect(recognize(Array(text.utf8)) == format)
    // Where one value over any number of lines is expected, its reader handles all of these.
    let bytes = Array(text.utf8)
    #expect(ForeignFormat.recognize(bytes.span, expecting: .value, isDecompressed: false) == nil)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `A first line with a document is never another format, whatever follows`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var bytes = Array("{\"".utf8)
    for _ in 0..<Int.random(in: 1...600, using: &random) {
      bytes.append(UInt8.random(in: 0...0xFF, using: &random))
    }
    #expect(recognize(bytes) == nil)
  }

  @Test func `A container within a container is distinguished from lines`() throws {
    let directory = try TemporaryDirectory()
    let text = Data("{\"text\": \"a\"}\n".utf8)
    let (zstd, gzip) = (
      try Containers.zstd(text, in: directory), try Containers.gzip(text, in: directory)
    )
    for (outer, inner, expected) in [
      (try Containers.gzip(zstd, in: directory), Container.gzip, Container.zstd),
      (try Containers.zstd(gzip, in: directory), .zstd, .gzip),
      (try Containers.gzip(gzip, in: directory), .gzip, .gzip),
    ] {
      let path = try directory.write(outer, to: "shard")
      #expect(
        throws: ReadingError.foreign(path: path, .nested(expected), within: inner)
      ) { _ = try lines(path, chunkSize: 4096) }
    }
  }

  private func recognize(_ bytes: [UInt8]) -> ForeignFormat? {
    ForeignFormat.recognize(bytes.span, expecting: .lines, isDecompressed: false)
  }
}
