/// How text becomes tokens.
package enum TokenizerKind: String, CaseIterable, Sendable, Codable {
  /// Runs of word characters or of other non-blanks; combining marks stay with what they follow, and
  /// Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar give one token a character.
  case words
  /// The rule of the DSIR reference: `\w+|[^\w\s]+`.
  case wordpunct
}

/// Everything that decides which features a text has. Two models can be compared only when
/// theirs are equal.
package struct FeatureSettings: Equatable, Sendable {
  package static let maximumOrder = 5
  package static let bucketCounts = 2...(1 << 24)

  package var tokenizer: TokenizerKind
  /// The length of the longest n-grams: all orders from 1 to this one are features.
  package var maximumOrder: Int
  /// The number of buckets that features are hashed into.
  package var bucketCount: Int

  package init(tokenizer: TokenizerKind = .words, maximumOrder: Int = 2, bucketCount: Int = 10_000)
  {
    precondition((1...Self.maximumOrder).contains(maximumOrder))
    precondition(Self.bucketCounts.contains(bucketCount))
    self.tokenizer = tokenizer
    self.maximumOrder = maximumOrder
    self.bucketCount = bucketCount
  }

  /// The number of features of a document of `tokenCount` tokens: Σ max(0, tokens − m + 1) over the
  /// orders m.
  package func featureCount(tokenCount: Int) -> Int {
    (1...maximumOrder).reduce(0) { $0 + max(0, tokenCount - $1 + 1) }
  }
}
