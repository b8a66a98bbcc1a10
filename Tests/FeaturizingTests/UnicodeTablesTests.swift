import Foundation
import TestSupport
import Testing

@testable import Featurizing

/// The tables against Python 3.11, for every code point.
@Suite struct UnicodeTablesTests {
  private static let tables = UnicodeTables()
  private let expected: CharacterClasses

  init() throws {
    let bytes = try Fixtures.read("golden/dsir-reference/char_classes.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    expected = try decoder.decode(CharacterClasses.self, from: bytes)
  }

  @Test func `Word characters are those of Python's re`() {
    let found = ranges { $0 == .word || $0 == .single }
    #expect(found == expected.wordRe)
  }

  @Test func `White space is that of Python's re`() {
    #expect(ranges { $0 == .space } == expected.spaceRe)
  }

  @Test func `Lower-case mappings are those of Python`() {
    // Only U+0130 maps to two scalars; the tokenizer handles it by itself.
    let single = expected.lowerSingle.filter { $0.lower.count == 1 }
    #expect(expected.lowerSingle.count - single.count <= 1)
    let mappings = Dictionary(uniqueKeysWithValues: single.map { ($0.scalar, $0.lower[0]) })
    for scalar in 0..<0x110000 as Range<UInt32> where scalar != UnicodeTables.capitalIWithDot {
      let properties = Self.tables.properties(of: scalar)
      let found = properties.hasLowercase ? Self.tables.lowercase(properties) : nil
      if found != mappings[scalar] { Issue.record("U+\(String(scalar, radix: 16))") }
    }
  }

  /// The ranges of code points of some classes, as first and last code point.
  private func ranges(where isMember: (UnicodeTables.Class?) -> Bool) -> [[UInt32]] {
    var ranges: [[UInt32]] = []
    for scalar in 0..<0x110000 as Range<UInt32> {
      let index = Self.tables.properties(of: scalar).classIndex
      guard isMember(UnicodeTables.Class(rawValue: UInt8(index))) else { continue }
      if let last = ranges.indices.last, ranges[last][1] + 1 == scalar {
        ranges[last][1] = scalar
      } else {
        ranges.append([scalar, scalar])
      }
    }
    return ranges
  }
}

/// Fixtures/golden/dsir-reference/char_classes.json
private struct CharacterClasses: Decodable {
  struct Mapping: Decodable {
    var scalar: UInt32
    var lower: [UInt32]

    init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      scalar = try pair.decode(UInt32.self)
      lower = try pair.decode([UInt32].self)
    }
  }

  var wordRe: [[UInt32]]
  var spaceRe: [[UInt32]]
  var lowerSingle: [Mapping]
}
