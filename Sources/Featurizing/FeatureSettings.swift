/// Everything that determines the features of a text.
///
/// Only models with equal settings can be compared.
package struct FeatureSettings: Equatable, Sendable, Codable {
  package static let maximumOrder = 5
  package static let bucketCounts = 2...(1 << 24)

  package var tokenizer: TokenizerKind
  /// The length of the longest n-grams.
  ///
  /// All orders from 1 to this one are features.
  package var maximumOrder: Int
  /// The number of buckets that features are hashed into.
  package var bucketCount: Int
  package var hashing: FeatureHashing

  package init(
    tokenizer: TokenizerKind = .words, maximumOrder: Int = 2, bucketCount: Int = 10_000,
    hashing: FeatureHashing = .xxh3
  ) {
    precondition((1...Self.maximumOrder).contains(maximumOrder))
    precondition(Self.bucketCounts.contains(bucketCount))
    self.tokenizer = tokenizer
    self.maximumOrder = maximumOrder
    self.bucketCount = bucketCount
    self.hashing = hashing
  }

  /// The number of features of a document with `tokenCount` tokens: Σ max(0, tokens − m + 1) over
  /// the orders m.
  package func featureCount(tokenCount: Int) -> Int {
    (1...maximumOrder).reduce(0) { $0 + max(0, tokenCount - $1 + 1) }
  }

  /// The length that a minimum length is compared with: the number of tokens.
  ///
  /// The reference derives it from the number of features f, as ⌊(f + n (n − 1) / 2) / n⌋ for
  /// n-grams of up to n tokens, and so does `sha256`. There, documents of fewer than n − 1 tokens
  /// appear longer.
  package func documentLength(tokenCount: Int) -> Int {
    switch hashing {
    case .xxh3: tokenCount
    case .sha256:
      (featureCount(tokenCount: tokenCount) + maximumOrder * (maximumOrder - 1) / 2) / maximumOrder
    }
  }
}
