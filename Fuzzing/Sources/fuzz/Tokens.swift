@testable import Featurizing

private let tables = UnicodeTables()

/// Tokens and n-grams equal those of the naive twin.
///
/// The first byte chooses tokenizer and order, the second how often the rest is repeated. Texts
/// longer than a segment give the optimised tokenizer the most to do.
func fuzzTokens(_ input: [UInt8]) -> Int32 {
  guard input.count > 2 else { return -1 }
  let order = Int(input[0]) / 2 % 3 + 1
  let kind = TokenizerKind.allCases[Int(input[0]) % TokenizerKind.allCases.count]
  let piece = String(decoding: input[2...], as: UTF8.self)
  let text = String(repeating: piece, count: Int(input[1]) % 32 + 1)
  let settings = FeatureSettings(tokenizer: kind, maximumOrder: order, bucketCount: 1 << 24)
  var featurizer = Featurizer(settings, tables: tables)
  let expected = NaiveFeaturizer(tables: tables, kind: kind)
    .features(text, maximumOrder: order, bucketCount: 1 << 24)
  require(features(text, &featurizer) == expected, "other features")
  return 0
}

private func features(_ text: String, _ featurizer: inout Featurizer) -> [[UInt32]] {
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
