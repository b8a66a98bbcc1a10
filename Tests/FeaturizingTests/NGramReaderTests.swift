import TestSupport
import Testing

@testable import Featurizing

/// N-grams with their words, against the naive featurizer.
@Suite struct NGramReaderTests {
  private static let tables = UnicodeTables()

  struct Case: Sendable, CustomTestStringConvertible {
    var kind: TokenizerKind
    var hashing: FeatureHashing
    var order: Int
    var testDescription: String { "\(kind) \(hashing) \(order)" }
  }

  private static let cases = [
    Case(kind: .words, hashing: .xxh3, order: 2), Case(kind: .words, hashing: .xxh3, order: 5),
    Case(kind: .wordpunct, hashing: .xxh3, order: 1),
    Case(kind: .wordpunct, hashing: .sha256, order: 3),
  ]

  private static let texts = [
    "", "a", "A a b, a b!", "é e\u{301} é", "中文字 中 文", "x\u{301}y  z",
    // Tokens longer than a segment, and longer than the space for waiting bytes.
    String(repeating: "x", count: 3000) + " y",
    String(repeating: "ab", count: 5000) + " c " + String(repeating: "-", count: 9000),
    "q " + String(repeating: "é", count: 4096) + String(repeating: " word", count: 3000),
  ]

  @Test(arguments: cases, texts)
  func `Texts, buckets and counts equal the naive ones`(expected: Case, text: String) {
    check(text, expected)
  }

  @Test(arguments: cases, 0..<6 as Range<UInt64>)
  func `Random texts also have the naive texts, buckets and counts`(expected: Case, seed: UInt64) {
    var generator = TextGenerator(seed: seed)
    for length in [10, 100, 6000] { check(generator.text(byteCount: length), expected) }
  }

  @Test func `The reader can be limited to certain buckets`() {
    let settings = FeatureSettings(maximumOrder: 2, bucketCount: 50)
    var reader = NGramReader(settings, tables: Self.tables)
    let text = Array("the cat and the dog and the cow".utf8)
    let all = reader.ngrams(of: text.span)
    let buckets = Set(all.prefix(3).map(\.bucket))
    #expect(reader.ngrams(of: text.span, in: buckets) == all.filter { buckets.contains($0.bucket) })
  }

  private func check(_ text: String, _ expected: Case) {
    let naive = NaiveFeaturizer(tables: Self.tables, kind: expected.kind)
    let tokens = naive.tokens(text)
    let bucketCount = 10_000
    let buckets =
      expected.hashing == .xxh3
      ? naive.features(text, maximumOrder: expected.order, bucketCount: bucketCount)
      : naive.joinedFeatures(text, maximumOrder: expected.order, bucketCount: bucketCount)
    var wanted: [NGramReader.NGram] = []
    var places: [[UInt8]: Int] = [:]
    for order in 1...expected.order {
      for (first, bucket) in buckets[order - 1].enumerated() {
        let ngram = tokens[first..<(first + order)].joined(separator: " ")
        if let place = places[Array(ngram.utf8)] {
          wanted[place].count += 1
        } else {
          places[Array(ngram.utf8)] = wanted.count
          wanted.append(.init(text: ngram, order: order, bucket: Int(bucket), count: 1))
        }
      }
    }
    var reader = NGramReader(
      FeatureSettings(
        tokenizer: expected.kind, maximumOrder: expected.order, bucketCount: bucketCount,
        hashing: expected.hashing), tables: Self.tables)
    let found = reader.ngrams(of: Array(text.utf8).span)
    #expect(found.count == wanted.count)
    for (one, other) in zip(found, wanted)
    where one != other || Array(one.text.utf8) != Array(other.text.utf8) {
      Issue.record("\(one) and \(other)")
      break
    }
  }
}
