import CXXHash
import TestSupport
import Testing

@testable import Featurizing

/// Tokens with their bytes and hashes, against the naive featurizer.
@Suite struct TokenReaderTests {
  private static let tables = UnicodeTables()

  @Test(arguments: TokenizerKind.allCases, 0..<8 as Range<UInt64>)
  func `Bytes and hashes of random texts equal those of the naive twin`(
    kind: TokenizerKind, seed: UInt64
  ) {
    var generator = TextGenerator(seed: seed)
    var reader = TokenReader(kind, tables: Self.tables)
    for byteCount in [0, 1, 63, 300, 4_097, 8_193, 20_000] {
      check(generator.text(byteCount: byteCount), kind, &reader)
    }
  }

  @Test(arguments: [1, 1_023, 1_025, 4_095, 4_096, 4_097, 8_192, 9_000, 20_000])
  func `A token longer than a segment is one token`(length: Int) {
    for kind in TokenizerKind.allCases {
      var reader = TokenReader(kind, tables: Self.tables)
      let long = String(repeating: "X", count: length)
      let dots = String(repeating: ".", count: length)
      for text in [long, "a \(long) b", "\(long)\(dots)\(long)", "\(long) \(long)", "\(dots) "] {
        check(text, kind, &reader)
      }
    }
  }

  private func check(_ text: String, _ kind: TokenizerKind, _ reader: inout TokenReader) {
    let expected = NaiveFeaturizer(tables: Self.tables, kind: kind).tokens(text)
      .map { Array($0.utf8) }
    let bytes = Array(text.utf8)
    var tokens: [[UInt8]] = []
    reader.begin()
    while reader.nextBlock(of: bytes.span) {
      for number in 0..<reader.count {
        let token = reader.bytes(of: number)
        let copy = token.indices.map { token[$0] }
        let hash = unsafe XXH3_64bits(copy, copy.count)
        #expect(reader.hashes[number] == hash)
        tokens.append(copy)
      }
    }
    #expect(tokens == expected, "\(text.utf8.count) bytes")
  }
}
