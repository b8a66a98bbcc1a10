/// The size of a selection can't be found.
package enum SizingError: Error {
  /// A half of the target would be too small to select with, or to judge by.
  ///
  /// `halfCount` is the number of documents in the smaller half.
  case smallTarget(
    documentCount: Int, tokenCount: Int, halfCount: Int, leastDocuments: Int, leastTokens: Int)
  /// The selections have no words besides texts of the target's other half.
  case nothingToJudge
}
