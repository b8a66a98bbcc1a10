/// Evaluation documents can't be excluded.
package enum ExclusionError: Error {
  /// All evaluation documents have fewer tokens than are looked for.
  case onlyShort(documentCount: Int, leastLength: Int, gramLength: Int)
  /// The evaluation documents have too many tokens together.
  case tooManyTokens(path: String, limit: Int)
  /// The target's model doesn't have the hashes of its texts.
  case noTexts(path: String)
}
