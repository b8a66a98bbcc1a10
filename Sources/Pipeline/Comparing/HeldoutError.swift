/// Selections can't be judged by held-out text.
package enum HeldoutError: Error {
  /// Some documents to train models on.
  package enum Side: Sendable {
    case selection, pool
    /// A further selection, with its first file.
    case other(path: String)
  }

  /// There are fewer tokens than models are to be trained on.
  case tooFewTokens(Side, tokenCount: Int, limit: Int)
  /// Counts would need more than 32 bits.
  case tooManyTokens(limit: Int)
}
