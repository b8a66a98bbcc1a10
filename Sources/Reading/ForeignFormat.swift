package import Compression
internal import Files

/// A format that isn't lines of JSON, recognised by how its bytes begin.
package enum ForeignFormat: Equatable, Sendable {
  // Compressed files, which may hold lines.
  case xz, lzma, bzip2, lz4, lzip, lzop, compress, snappy, zlib
  /// A container that dsel reads, within another one.
  case nested(Container)
  case zstdDictionary

  // Archives.
  case tar, zip, sevenZip, rar

  // Tables and other data.
  case parquet, arrowFile, arrowStream, featherV1, orc, avro, sqlite, hdf5, pickle, numpy

  // dsel's own files, in the place of documents or weights.
  case model, candidates, picks

  // Documents and texts.
  case pdf, markup, warc, lfsPointer
  case utf16(isLittleEndian: Bool, hasMark: Bool)
  case utf32(isLittleEndian: Bool, hasMark: Bool)
  /// Names on the first line, and values on the others: CSV or TSV.
  case table(separator: UInt8)
  /// One array that holds the documents.
  case jsonArray
  /// Objects that go over several lines.
  case prettyJSON

  /// The expected form of a file.
  package enum Expectation: Sendable {
    /// One JSON object on each line.
    case lines
    /// The same, or a file that dsel itself wrote.
    case linesOrOwn
    /// One JSON value over any number of lines. Its reader detects other files by the first value.
    case value
  }

  /// Detects the format from a file's first bytes, decompressed.
  ///
  /// - Parameters:
  /// - isDecompressed: whether the bytes were compressed. A container in them is then nested in
  ///   another.
  /// - Returns: nil for bytes that begin as lines of JSON do, and for unknown ones.
  /// - Complexity: O(1) for a file of lines; otherwise O(*n*) for *n* bytes.
  package static func recognize(
    _ head: Span<UInt8>, expecting expectation: Expectation, isDecompressed: Bool
  ) -> ForeignFormat? {
    if expectation == .lines, begins(head, with: Array("{\"format\"".utf8)) {
      // The beginning that `FittedModel`, `CandidateFile` and `PickLines` write.
      if begins(head, with: Array("{\"format\": \"dsel-model\"".utf8)) { return .model }
      if begins(head, with: Array("{\"format\":\"dsel-candidates\"".utf8)) { return .candidates }
      if begins(head, with: Array("{\"format\":\"dsel-picks\"".utf8)) { return .picks }
    }
    // Lines of JSON return here.
    if head.count > 2, head[0] == UInt8(ascii: "{"), head[1] != 0, !isLineEnd(head[1]) {
      return nil
    }
    if let format = unicode(head) { return format }
    if isDecompressed {
      let container = Container.recognize(head)
      if container != .plain { return .nested(container) }
    }
    if let format = binary(head) { return format }
    return expectation == .value ? nil : text(head)
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  // MARK: Bytes

  private static let magics: [(ForeignFormat, [UInt8])] = [
    (.xz, [0xFD] + "7zXZ\0".utf8), (.bzip2, Array("BZh".utf8)), (.lzma, [0x5D, 0, 0]),
    (.lz4, [0x04, 0x22, 0x4D, 0x18]), (.lz4, [0x02, 0x21, 0x4C, 0x18]),
    (.lzip, Array("LZIP".utf8)), (.lzop, [0x89] + "LZO\0\r\n".utf8),
    (.compress, [0x1F, 0x9D]), (.snappy, [0xFF, 0x06, 0, 0] + "sNaPpY".utf8),
    (.zstdDictionary, [0x37, 0xA4, 0x30, 0xEC]),
    (.zip, Array("PK\u{3}\u{4}".utf8)), (.zip, Array("PK\u{5}\u{6}".utf8)),
    (.zip, Array("PK\u{7}\u{8}".utf8)), (.sevenZip, Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C]),
    (.rar, Array("Rar!\u{1A}\u{7}".utf8)),
    (.parquet, Array("PAR1".utf8)), (.parquet, Array("PARE".utf8)),
    (.arrowFile, Array("ARROW1".utf8)), (.featherV1, Array("FEA1".utf8)),
    (.orc, Array("ORC".utf8)), (.avro, Array("Obj\u{1}".utf8)),
    (.sqlite, Array("SQLite format 3\0".utf8)), (.hdf5, [0x89] + "HDF\r\n\u{1A}\n".utf8),
    (.numpy, [0x93] + "NUMPY".utf8),
    (.pdf, Array("%PDF-".utf8)), (.warc, Array("WARC/".utf8)),
    (.lfsPointer, Array("version https://git-lfs.".utf8)),
  ]

  private static func binary(_ head: Span<UInt8>) -> ForeignFormat? {
    for (format, magic) in magics where begins(head, with: magic) {
      // A text may begin with "BZh" or "ORC".
      switch format {
      case .bzip2:
        // The mark of a block, or of the end of an empty file.
        let marks: [[UInt8]] = [[0x31, 0x41, 0x59, 0x26], [0x17, 0x72, 0x45, 0x38]]
        if marks.contains(where: { begins(head, with: $0, at: 4) }) { return format }
      case .orc: if holdsControls(head) { return format }
      default: return format
      }
    }
    // A header block of POSIX, or of GNU, which has blanks after the mark.
    if begins(head, with: Array("ustar".utf8), at: 257) { return .tar }
    if isZlib(head) { return .zlib }
    // The mark is followed by a message's length, which is a multiple of 8.
    if begins(head, with: [0xFF, 0xFF, 0xFF, 0xFF]), head.count >= 8, head[4] & 7 == 0,
      head[7] == 0
    {
      return .arrowStream
    }
    // Protocols 2 to 5 begin with their number.
    if head.count >= 3, head[0] == 0x80, (2...5).contains(head[1]) { return .pickle }
    return nil
  }

  /// RFC 1950: a window of 32 KiB, and a check of the two bytes.
  private static func isZlib(_ head: Span<UInt8>) -> Bool {
    guard head.count >= 3, head[0] == 0x78, [0x01, 0x5E, 0x9C, 0xDA].contains(head[1]) else {
      return false
    }
    return head[1] != 0x5E || holdsControls(head)
  }

  private static func begins(_ head: Span<UInt8>, with bytes: [UInt8], at start: Int = 0) -> Bool {
    guard head.count >= start + bytes.count else { return false }
    return bytes.indices.allSatisfy { head[start + $0] == bytes[$0] }
  }

  /// Whether there are control characters that don't occur in text.
  private static func holdsControls(_ head: Span<UInt8>) -> Bool {
    for index in 0..<min(head.count, 512)
    where head[index] < 0x09 || (0x0E...0x1A).contains(head[index]) {
      return true
    }
    return false
  }

  // MARK: Texts

  /// UTF-16 and UTF-32, detected from their marks, or from zeros beside JSON's first characters.
  private static func unicode(_ head: Span<UInt8>) -> ForeignFormat? {
    if begins(head, with: [0xFF, 0xFE, 0, 0]) {
      return .utf32(isLittleEndian: true, hasMark: true)
    }
    if begins(head, with: [0, 0, 0xFE, 0xFF]) {
      return .utf32(isLittleEndian: false, hasMark: true)
    }
    if begins(head, with: [0xFF, 0xFE]) { return .utf16(isLittleEndian: true, hasMark: true) }
    if begins(head, with: [0xFE, 0xFF]) { return .utf16(isLittleEndian: false, hasMark: true) }
    for first in ["{", "["].map({ Array($0.utf8)[0] }) {
      if begins(head, with: [first, 0, 0, 0]) {
        return .utf32(isLittleEndian: true, hasMark: false)
      }
      if begins(head, with: [0, 0, 0, first]) {
        return .utf32(isLittleEndian: false, hasMark: false)
      }
      if begins(head, with: [first, 0]), head.count > 3, head[3] == 0 {
        return .utf16(isLittleEndian: true, hasMark: false)
      }
      if begins(head, with: [0, first]), head.count > 3, head[2] == 0 {
        return .utf16(isLittleEndian: false, hasMark: false)
      }
    }
    return nil
  }

  private static func text(_ head: Span<UInt8>) -> ForeignFormat? {
    var place = 0
    while head.count >= place + ByteOrderMark.byteCount, ByteOrderMark.begins(head, at: place) {
      place += ByteOrderMark.byteCount
    }
    guard let first = nextLine(of: head, from: &place) else { return nil }
    let second = nextLine(of: head, from: &place)
    let line = head.extracting(first.range)
    switch line[0] {
    case UInt8(ascii: "{"):
      // The brace is alone on its line, with a key under it.
      guard line.count == 1, let second else { return nil }
      return head[second.range.lowerBound] == UInt8(ascii: "\"") ? .prettyJSON : nil
    case UInt8(ascii: "["):
      // A whole array followed by other lines is an invalid line among others.
      let isClosed = first.isWhole && line[line.count - 1] == UInt8(ascii: "]")
      return isClosed && second != nil ? nil : .jsonArray
    case UInt8(ascii: "<"):
      let next = line.count > 1 ? line[1] : 0
      return isLetter(next) || next == UInt8(ascii: "?") || next == UInt8(ascii: "!")
        ? .markup : nil
    default:
      guard first.isWhole, let second else { return nil }
      let under = head.extracting(second.range)
      for separator in "\t,;".utf8
      where isHeader(line, separator) && under.firstIndex(of: separator) != nil {
        return .table(separator: separator)
      }
      return nil
    }
  }

  private struct HeadLine {
    var range: Range<Int>
    /// Whether the line's end has been read.
    var isWhole: Bool
  }

  /// The next line that isn't blank, without the blanks around it.
  private static func nextLine(of head: Span<UInt8>, from place: inout Int) -> HeadLine? {
    while place < head.count {
      let end = head.firstIndex(of: UInt8(ascii: "\n"), from: place)
      var (lower, upper) = (place, end ?? head.count)
      place = upper + 1
      while lower < upper, isBlank(head[lower]) { lower += 1 }
      while upper > lower, isBlank(head[upper - 1]) { upper -= 1 }
      if lower < upper { return HeadLine(range: lower..<upper, isWhole: end != nil) }
    }
    return nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  /// Whether a line consists of names with separators between them.
  ///
  /// A sentence with a comma in it doesn't.
  private static func isHeader(_ line: Span<UInt8>, _ separator: UInt8) -> Bool {
    guard line.count <= 4096, line.firstIndex(of: separator) != nil else { return false }
    let bytes = line.indices.map { line[$0] }
    return bytes.split(separator: separator, omittingEmptySubsequences: false).allSatisfy { name in
      let name = name.drop { $0 == UInt8(ascii: "\"") }
      guard let first = name.first, name.count <= 64 else { return false }
      return (isLetter(first) || first == UInt8(ascii: "_")) && name.allSatisfy(isOfName)
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
    case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: " "),
      UInt8(ascii: "\""), UInt8(ascii: ":"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
