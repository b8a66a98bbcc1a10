/// The selected documents, as manifests count them.
package struct SelectionRecord: Encodable, Sendable {
  package var documents: Int
  package var tokens: Int
  /// Without the features of documents that were drawn at random.
  package var features: Int
  package var bytes: Int
  /// The unused part of the budget, in its own unit.
  package var shortfall: Int
  package var shortfallUnit: String
  /// True if the whole eligible pool was selected and more had been requested.
  package var allEligible: Bool
  /// Documents that were left out as exact duplicates of a selected one.
  package var droppedCopies: Int
  /// Documents with the text of a target's document; nil if the target isn't read.
  package var targetDocuments: Int?
  /// True if ``targetDocuments`` is an estimate.
  ///
  /// If a target has too many texts, only a share of them is looked for, and the number is scaled
  /// up.
  package var targetDocumentsIsEstimate: Bool?
  /// Documents that the regression drew alone.
  package var byLogistic: Int
  /// The number of candidates that a set was chosen from; nil for a draw by weight, and if the set
  /// was chosen by an earlier run.
  package var candidates: Int?
  package var thresholdKey: Double?
}

/// A random selection of about the same size, from the eligible documents.
package struct RandomBaselineRecord: Encodable, Sendable {
  package var documents: Int
  package var tokens: Int
}
