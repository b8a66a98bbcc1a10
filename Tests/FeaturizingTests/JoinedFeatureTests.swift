import TestSupport
import Testing

@testable import Featurizing

/// The hashing of the DSIR reference against its naive twin, with caches of all sizes.
@Suite struct JoinedFeatureTests {
  private static let tables = UnicodeTables()
  /// One line of entries each, and numbers for one segment, so entries are evicted all the time.
  private static let tiny = JoinedFeatureHasher.CacheSizes(
    tokenCount: 2, gramCount: 4, numberLimit: UInt32(Tokenizer.capacity))
  private static let small = JoinedFeatureHasher.CacheSizes(
    tokenCount: 64, gramCount: 256, numberLimit: UInt32(3 * Tokenizer.capacity))
  private static let allSizes = [tiny, small, JoinedFeatureHasher.CacheSizes()]
  private static let byteCounts = [
    0, 1, 2, 3, 63, 300, 1_025, 4_095, 4_096, 4_097, 5_200, 8_193, 12_300,
  ]

  @Test(arguments: 1...5, 0..<4 as Range<UInt64>)
  func `Features equal those of the naive twin, whatever the caches hold`(order: Int, seed: UInt64)
  {
    var texts = TextGenerator(seed: seed)
    let kind: TokenizerKind = seed == 3 ? .words : .wordpunct
    let naive = NaiveFeaturizer(tables: Self.tables, kind: kind)
    let bucketCount = [1 << 24, 10_000, 999_983, 2][Int(seed)]
    let all = Self.byteCounts.map { texts.text(byteCount: $0) }
    let expected = all.map {
      naive.joinedFeatures($0, maximumOrder: order, bucketCount: bucketCount)
    }
    for sizes in Self.allSizes {
      var featurizer = Self.featurizer(kind, order, bucketCount, sizes)
      // Twice, so that the caches hold either the sought entries or others.
      for _ in 0..<2 {
        for (text, expected) in zip(all, expected) {
          #expect(features(text, &featurizer) == expected, "\(text.utf8.count) bytes, \(sizes)")
          #expect(featurizer.tokenCount == expected[0].count)
        }
      }
    }
  }

  /// Tokens near the longest length that the cache takes, and that a segment keeps whole.
  ///
  /// Some come in many parts.
  private static let lengths = [
    1, 7, 8, 9, 16, 23, 24, 25, 26, 54, 55, 56, 64, 130, 1_023, 1_024, 1_025, 2_000, 4_095, 4_096,
    4_097, 8_192, 9_000, 30_000,
  ]

  @Test(arguments: lengths, [1, 2, 4])
  func `A token of any length is one token`(length: Int, order: Int) {
    let naive = NaiveFeaturizer(tables: Self.tables, kind: .wordpunct)
    let long = String(repeating: "xy", count: length / 2) + (length % 2 == 0 ? "" : "z")
    let dots = String(repeating: ".!", count: length / 2) + "?"
    let blank = String(repeating: " ", count: 4_093)
    for text in [
      long, "\(long) a", "a \(long)", "a b c d e f \(long) g h i j k l",
      "\(long) \(long) b \(long)",
      "a\(blank)b c \(long)\(blank)d e f", "q \(long)\(dots)\(long) r", "\(blank)\(long)\(blank)s",
      "\(dots) t u v \(long)", "a b\(dots)\(dots)c\(blank)\(blank)\(blank)\(long)d e",
    ] {
      let expected = naive.joinedFeatures(text, maximumOrder: order, bucketCount: 1 << 24)
      for sizes in [Self.tiny, JoinedFeatureHasher.CacheSizes()] {
        var featurizer = Self.featurizer(.wordpunct, order, 1 << 24, sizes)
        #expect(features(text, &featurizer) == expected, "\(text.prefix(20))")
        #expect(features(text, &featurizer) == expected, "\(text.prefix(20)), again")
      }
    }
  }

  @Test func `A token of a megabyte is hashed whole`() {
    let long = String(repeating: "long", count: 1 << 18)
    let text = "a \(long) b"
    let expected = [["a", long, "b"], ["a \(long)", "\(long) b"], [text]].map { grams in
      grams.map { NaiveSHA256.bucket(Array($0.utf8), modulus: 10_000) }
    }
    var featurizer = Self.featurizer(.wordpunct, 3, 10_000, JoinedFeatureHasher.CacheSizes())
    #expect(features(text, &featurizer) == expected)
  }

  @Test func `A reused number isn't confused with the token that had it before`() {
    // Numbers begin anew with each segment. In the first, x is the third token, and in the second,
    // c is. Without a check, "x a" and "c a" would have the same key.
    let text = "p q x" + String(repeating: " ", count: Tokenizer.segmentSize - 5) + "a b c a"
    let naive = NaiveFeaturizer(tables: Self.tables, kind: .wordpunct)
    var sizes = JoinedFeatureHasher.CacheSizes()
    sizes.numberLimit = UInt32(Tokenizer.capacity)
    var featurizer = Self.featurizer(.wordpunct, 2, 1 << 24, sizes)
    let expected = naive.joinedFeatures(text, maximumOrder: 2, bucketCount: 1 << 24)
    #expect(features(text, &featurizer) == expected)
  }

  @Test func `Tokens that differ only in zero bytes are different tokens`() {
    // U+0000 is neither a word character nor white space.
    let tokens = ["!", "!\0", "!\0\0", "\0!", "\0", "\0\0", String(repeating: "\0", count: 24)]
    let text = (tokens + tokens.reversed()).joined(separator: " ")
    let naive = NaiveFeaturizer(tables: Self.tables, kind: .wordpunct)
    var featurizer = Self.featurizer(.wordpunct, 2, 1 << 24, JoinedFeatureHasher.CacheSizes())
    let expected = naive.joinedFeatures(text, maximumOrder: 2, bucketCount: 1 << 24)
    #expect(Set(expected[0]).count == tokens.count)
    for _ in 0..<2 { #expect(features(text, &featurizer) == expected) }
  }

  @Test(arguments: [2, 3, 1_000, 65_536, 999_983, 16_777_213, 1 << 24], 0..<3 as Range<UInt64>)
  func `A digest's remainder equals that of long division`(bucketCount: Int, seed: UInt64) {
    var random = SplitMix64(state: seed)
    let modulus = DigestModulus(bucketCount: bucketCount)
    for number in 0..<200 {
      var digest = SHA256.Digest(repeating: .max)
      if number > 0 {
        for index in digest.indices { digest[index] = UInt32(truncatingIfNeeded: random.next()) }
      }
      var rest = 0
      for index in digest.indices { rest = (rest << 32 | Int(digest[index])) % bucketCount }
      #expect(modulus.bucket(of: digest) == UInt32(rest))
    }
  }

  private static func featurizer(
    _ kind: TokenizerKind, _ order: Int, _ bucketCount: Int, _ sizes: JoinedFeatureHasher.CacheSizes
  ) -> Featurizer {
    Featurizer(
      FeatureSettings(
        tokenizer: kind, maximumOrder: order, bucketCount: bucketCount, hashing: .sha256),
      tables: tables, cacheSizes: sizes)
  }
}
