import Files
import TestSupport
import Testing

@testable import Featurizing

/// The featurizer against its naive twin.
@Suite struct FeaturizerTwinTests {
  private static let tables = UnicodeTables()
  private static let byteCounts = [
    0, 1, 2, 3, 63, 64, 65, 300, 1_025, 4_095, 4_096, 4_097, 5_200, 8_191, 8_193, 12_300, 20_000,
  ]

  @Test(arguments: TokenizerKind.allCases, 0..<12 as Range<UInt64>)
  func `Features equal those of the naive twin`(kind: TokenizerKind, seed: UInt64) {
    var texts = TextGenerator(seed: seed)
    let naive = NaiveFeaturizer(tables: Self.tables, kind: kind)
    let order = Int(seed % 5) + 1
    let settings = FeatureSettings(tokenizer: kind, maximumOrder: order, bucketCount: 1 << 24)
    for byteCount in Self.byteCounts {
      let text = texts.text(byteCount: byteCount)
      let expected = naive.features(text, maximumOrder: order, bucketCount: 1 << 24)
      for kernels in Kernels.available {
        var featurizer = Featurizer(settings, tables: Self.tables, kernels: kernels)
        let found = features(text, &featurizer)
        #expect(found == expected, "\(text.utf8.count) bytes, \(kernels)")
        #expect(featurizer.tokenCount == expected[0].count)
        #expect(
          settings.featureCount(tokenCount: featurizer.tokenCount) == found.joined().count)
      }
    }
  }

  private static let fillers = ["a", "É", "中", ".", "\u{301}", " ", "Σ"]
  private static let pieces = [
    "b", "B", "Ⱥ", "İ", "中", "\u{301}", "!", "ΑΣ", "ΑΣ'Α", "ΑΣ' ", "e\u{301}x", "中\u{301}x",
    "\u{200D}",
  ]

  @Test(arguments: fillers, pieces)
  func `A segment's end changes no token`(filler: String, piece: String) {
    for kind in TokenizerKind.allCases {
      let naive = NaiveFeaturizer(tables: Self.tables, kind: kind)
      let settings = FeatureSettings(tokenizer: kind, maximumOrder: 2, bucketCount: 1 << 24)
      // The filler's long pause (or its blank) ends in the same segment as the piece.
      for (waiting, distance) in [(40, 0), (40, 1), (40, 3), (1_024, 2), (1_025, 1), (4_096, 4)] {
        let count = max(0, Tokenizer.segmentSize - waiting - distance)
        let text =
          String(repeating: "w ", count: count / 2) + (count % 2 == 0 ? "" : " ")
          + String(repeating: filler, count: waiting / filler.utf8.count) + piece + filler + "z"
        let expected = naive.features(text, maximumOrder: 2, bucketCount: 1 << 24)
        for kernels in Kernels.available {
          var featurizer = Featurizer(settings, tables: Self.tables, kernels: kernels)
          #expect(
            features(text, &featurizer) == expected, "\(kind), \(waiting), \(distance), \(kernels)")
        }
      }
    }
  }

  /// Texts for the end of a block of 64 bytes.
  ///
  /// They have whole and cut scalars, marks after single characters, and letters whose lower case
  /// has another length.
  private static let atBlockEnds = [
    "a", "A.", " ", "É", "Ⱥ", "İ", "Σ", "ΑΣ", "漢", "漢字", "漢\u{301}", ".\u{301}", "😀", "😀😀",
    "\u{2003}",
    "ẞ", "K", "𐐀", "\u{301}", "a\u{301}\u{301}b", "ÀÖ", "×", "÷ß", "–", "’\u{301}", "、", "あ", "ー・",
    "か\u{3099}", "龠鿿", "倀迿", "\u{2028}", "\u{200F}",
  ]

  @Test(arguments: atBlockEnds, Kernels.available)
  func `A block's end changes no token`(piece: String, kernels: Kernels) {
    for kind in TokenizerKind.allCases {
      let naive = NaiveFeaturizer(tables: Self.tables, kind: kind)
      let settings = FeatureSettings(tokenizer: kind, maximumOrder: 2, bucketCount: 1 << 24)
      var featurizer = Featurizer(settings, tables: Self.tables, kernels: kernels)
      for filler in ["w", ".", "漢", " w", "É"] {
        for length in 56...68 {
          let before = String(repeating: filler, count: length / filler.utf8.count)
          for behind in ["", "z", "漢", "!", " z", "\u{301}"] {
            let text = before + piece + behind + String(repeating: "x y", count: 30)
            let expected = naive.features(text, maximumOrder: 2, bucketCount: 1 << 24)
            #expect(features(text, &featurizer) == expected, "\(kind), \(text)")
          }
        }
      }
    }
  }

  @Test(arguments: TokenizerKind.allCases, Kernels.available)
  func `Every scalar is cut and lower-cased as by the naive twin`(
    kind: TokenizerKind, kernels: Kernels
  ) {
    let naive = NaiveFeaturizer(tables: Self.tables, kind: kind)
    let settings = FeatureSettings(tokenizer: kind, maximumOrder: 1, bucketCount: 1 << 24)
    var featurizer = Featurizer(settings, tables: Self.tables, kernels: kernels)
    for start in stride(from: UInt32(0), to: 0x20000, by: 64) {
      // Each scalar is next to letters, marks, punctuation and its neighbours, at each place of a
      // block in turn.
      let text = (start..<(start + 64)).compactMap { Unicode.Scalar($0) }
        .map { "\($0)a \($0)\u{301}.\($0)\($0)" }.joined(separator: " x")
      #expect(
        features(text, &featurizer) == naive.features(text, maximumOrder: 1, bucketCount: 1 << 24),
        "U+\(String(start, radix: 16))")
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>, Kernels.available)
  func `ASCII tokens of all lengths are cut and hashed as by the naive twin`(
    seed: UInt64, kernels: Kernels
  ) {
    var random = SplitMix64(state: seed)
    let naive = NaiveFeaturizer(tables: Self.tables, kind: .words)
    let settings = FeatureSettings(maximumOrder: 3, bucketCount: 999_983)
    var featurizer = Featurizer(settings, tables: Self.tables, kernels: kernels)
    for tokenCount in 0..<120 {
      let text = (0..<tokenCount).map { _ in
        let isWord = Bool.random(using: &random)
        let alphabet = Array(isWord ? "aZ_09xQ" : ".,;!-(")
        return String(
          (0..<Int.random(in: 1...20, using: &random)).map { _ in
            alphabet.randomElement(using: &random)!
          }) + (Bool.random(using: &random) ? " " : "")
      }.joined()
      let expected = naive.features(text, maximumOrder: 3, bucketCount: 999_983)
      #expect(features(text, &featurizer) == expected, "\(text)")
    }
  }

  @Test(arguments: 1...3, 0..<3 as Range<UInt64>)
  func `Random n-grams fall evenly into buckets`(order: Int, seed: UInt64) {
    let (tokenCount, bucketCount) = (30_000, 100)
    var random = SplitMix64(state: seed)
    let text = (0..<tokenCount).map { _ in String(random.next(), radix: 36) }.joined(separator: " ")
    let settings = FeatureSettings(maximumOrder: order, bucketCount: bucketCount)
    var featurizer = Featurizer(settings, tables: Self.tables)
    let ids = features(text, &featurizer)[order - 1]
    var counts = [Double](repeating: 0, count: bucketCount)
    for id in ids { counts[Int(id)] += 1 }
    let expected = Double(ids.count) / Double(bucketCount)
    let chiSquare = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    // χ² with f = 99 degrees of freedom has mean f and variance 2 f. Five standard deviations above
    // it are exceeded with probability below 2e-5 (Wilson–Hilferty: 169.4 is 4.2 σ of a normal),
    // and four below it, 42.7, are missed with probability below 1e-6. Counts that are too even are
    // as wrong as uneven ones.
    let deviation = (2 * 99.0).squareRoot()
    #expect(chiSquare < 99 + 5 * deviation)
    #expect(chiSquare > 99 - 4 * deviation)
  }
}

/// All ids of a text, order by order.
func features(_ text: String, _ featurizer: inout Featurizer) -> [[UInt32]] {
  let bytes = Array(text.utf8)
  var ids = [[UInt32]](repeating: [], count: featurizer.settings.maximumOrder)
  featurizer.begin()
  while featurizer.nextBlock(of: bytes.span) {
    for order in 1...featurizer.settings.maximumOrder {
      let block = featurizer.features(order: order)
      for index in block.indices { ids[order - 1].append(block[index]) }
    }
  }
  return ids
}
