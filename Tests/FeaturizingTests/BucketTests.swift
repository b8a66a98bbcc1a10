import Foundation
import Testing

@testable import Featurizing

/// The features of many kinds of text, against tables from an independent Python program.
///
/// The program uses `xxhash`: Fixtures/golden/method/oracle.py.
@Suite struct BucketTests {
  private static let tables = UnicodeTables()

  @Test(arguments: try! BucketTable.load().cases)
  func `Hashes and buckets equal Python's`(expected: BucketTable.Case) {
    for (kind, results) in [
      (TokenizerKind.words, expected.words), (.wordpunct, expected.wordpunct),
    ] {
      let text = Array(expected.text.string.utf8)
      let hashes = Self.tokenHashes(text, kind)
      #expect(
        hashes.map { String($0, radix: 16) } == results.hashes.map(withoutLeadingZeros), "\(kind)")
      let trigrams = FeatureSettings(tokenizer: kind, maximumOrder: 3, bucketCount: 10_000)
      #expect(features(text, trigrams) == results.buckets10000, "\(kind)")
      for (bucketCount, buckets) in [
        (1 << 24, results.buckets16777216), (2, results.buckets2), (3, results.buckets3),
      ] {
        let settings = FeatureSettings(tokenizer: kind, maximumOrder: 1, bucketCount: bucketCount)
        #expect(features(text, settings) == [buckets], "\(kind), \(bucketCount) buckets")
      }
    }
  }

  private func withoutLeadingZeros(_ digits: String) -> String {
    let significant = digits.drop { $0 == "0" }
    return significant.isEmpty ? "0" : String(significant)
  }

  /// The hashes of a text's tokens, before they become buckets.
  static func tokenHashes(_ text: [UInt8], _ kind: TokenizerKind) -> [UInt64] {
    var tokenizer = Tokenizer(kind, tables: tables)
    var hasher = TokenHasher(capacity: Tokenizer.capacity)
    var all: [UInt64] = []
    tokenizer.begin()
    while tokenizer.nextSegment(of: text.span) {
      var hashes = [UInt64](repeating: 0, count: Tokenizer.capacity)
      unsafe hasher.hashTokens(of: tokenizer, into: &hashes)
      all += hashes.prefix(tokenizer.tokenCount)
    }
    return all
  }

  private func features(_ text: [UInt8], _ settings: FeatureSettings) -> [[UInt32]] {
    var featurizer = Featurizer(settings, tables: Self.tables)
    var ids = [[UInt32]](repeating: [], count: settings.maximumOrder)
    featurizer.begin()
    while featurizer.nextBlock(of: text.span) {
      for order in 1...settings.maximumOrder {
        let block = featurizer.features(order: order)
        for index in block.indices { ids[order - 1].append(block[index]) }
      }
    }
    return ids
  }
}

/// Fixtures/golden/method/buckets.json
struct BucketTable: Decodable {
  /// A string, or one that is repeated: `{"repeat": [piece, times]}`.
  struct Text: Decodable {
    var string: String

    private enum CodingKeys: String, CodingKey { case `repeat` }

    init(from decoder: any Decoder) throws {
      if let string = try? decoder.singleValueContainer().decode(String.self) {
        self.string = string
        return
      }
      var pieces = try decoder.container(keyedBy: CodingKeys.self)
        .nestedUnkeyedContainer(forKey: .repeat)
      let piece = try pieces.decode(String.self)
      string = String(repeating: piece, count: try pieces.decode(Int.self))
    }
  }

  struct Results: Decodable {
    var hashes: [String]
    var buckets10000: [[UInt32]]
    var buckets16777216: [UInt32]
    var buckets2: [UInt32]
    var buckets3: [UInt32]

    private enum CodingKeys: String, CodingKey {
      case hashes
      case buckets10000 = "buckets_10000"
      case buckets16777216 = "buckets_16777216"
      case buckets2 = "buckets_2"
      case buckets3 = "buckets_3"
    }
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var note: String
    var text: Text
    var words: Results
    var wordpunct: Results

    var testDescription: String { note }
  }

  var cases: [Case]

  static func load() throws -> BucketTable {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "Fixtures/golden/method/buckets.json")
    return try JSONDecoder().decode(BucketTable.self, from: Data(contentsOf: file))
  }
}
