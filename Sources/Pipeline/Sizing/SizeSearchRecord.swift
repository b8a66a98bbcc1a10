/// How the size of a selection was found.
///
/// Selections of several sizes were made with one half of the target. Of each, the models of
/// ``LanguageJudge`` were trained, and predicted the other half.
package struct SizeSearchRecord: Encodable, Sendable {
  /// A half of the target.
  package struct Half: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
  }

  /// A selection, and how well it predicts the other half.
  package struct Trial: Encodable, Sendable {
    /// In documents or tokens.
    package var size: Int
    package var documents: Int
    package var tokens: Int
    package var bitsPerByte: Double
    package var perplexity: Double
  }

  /// The reason why no larger size was tried.
  package enum End: String, Encodable, Sendable {
    /// Larger sizes predict the other half less well.
    case turned
    /// The pool has no more documents.
    case pool
    /// The next size is above the limit.
    case limit
  }

  /// `documents` or `tokens`.
  package var unit: String
  /// The size with the fewest bits per byte.
  package var best: Int
  /// From the smallest to the largest.
  package var trials: [Trial]
  package var end: End
  /// The half that selected.
  package var selecting: Half
  /// The half that was predicted.
  package var predicted: Half
  /// Selected documents whose texts are in the predicted half. No model was trained on them.
  package var leftOut: Int

  /// The size that was found.
  var size: SelectionSize {
    unit == SizeSearchSettings.Unit.tokens.rawValue ? .tokens(best) : .documents(best)
  }
}
