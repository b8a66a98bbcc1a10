/// Reads the n-grams of a text with their words, which features don't keep.
///
/// It serves explanations, and is not fast.
///
/// The buckets are those that ``Featurizer`` finds.
package struct NGramReader: ~Copyable {
  /// An n-gram of a text, and the number of its occurrences.
  package struct NGram: Equatable, Sendable {
    /// The tokens, which contain no spaces, joined by one space.
    package var text: String
    package var order: Int
    package var bucket: Int
    package var count: Int
  }

  private var featurizer: Featurizer
  private var tokenizer: Tokenizer
  let tables: UnicodeTables

  package init(_ settings: FeatureSettings, tables: UnicodeTables) {
    featurizer = Featurizer(settings, tables: tables)
    tokenizer = Tokenizer(settings.tokenizer, tables: tables)
    self.tables = tables
  }

  /// The different n-grams, shorter ones first, in the order of their first occurrence.
  ///
  /// - Parameter buckets: the buckets to report; nil for all.
  /// - Complexity: O(*n*) time and memory, where *n* is the length of the text.
  package mutating func ngrams(of text: Span<UInt8>, in buckets: Set<Int>? = nil) -> [NGram] {
    let tokens = tokens(of: text)
    let order = featurizer.settings.maximumOrder
    var ids: [[UInt32]] = Array(repeating: [], count: order)
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for index in ids.indices {
        let block = featurizer.features(order: index + 1)
        for place in block.indices { ids[index].append(block[place]) }
      }
    }
    var ngrams: [NGram] = []
    // By bytes: Swift compares strings by canonical equivalence.
    var places: [[UInt8]: Int] = [:]
    for order in 1...order {
      // The k-th n-gram of m tokens consists of the tokens k to k + m − 1.
      for (first, bucket) in ids[order - 1].enumerated()
      where buckets?.contains(Int(bucket)) ?? true {
        let text = tokens[first..<(first + order)].joined(separator: " ")
        let bytes = Array(text.utf8)
        if let place = places[bytes] {
          ngrams[place].count += 1
        } else {
          places[bytes] = ngrams.count
          ngrams.append(NGram(text: text, order: order, bucket: Int(bucket), count: 1))
        }
      }
    }
    return ngrams
  }

  /// All tokens of a text, lower-cased.
  mutating func tokens(of text: Span<UInt8>) -> [String] {
    var tokens: [String] = []
    /// The begin of a token that is longer than a segment.
    var part: [UInt8] = []
    tokenizer.begin()
    while tokenizer.nextSegment(of: text) {
      for token in 0..<tokenizer.tokenCount {
        let bytes = tokenizer.bytes(ofToken: token)
        if token == 0, tokenizer.continuesPart {
          tokens.append(String(decoding: part + bytes, as: UTF8.self))
          part = []
        } else {
          tokens.append(String(decoding: bytes, as: UTF8.self))
        }
      }
      part += tokenizer.bytesOfUnfinishedPart
    }
    return tokens
  }
}
