/// The selected documents, as manifests count them.
package struct SelectionRecord: Encodable, Sendable {
  package var documents: Int
  package var tokens: Int
  /// Without those of documents that were drawn at random.
  package var features: Int
  package var bytes: Int
  /// What the budget had left, in its own unit.
  package var shortfall: Int
  package var shortfallUnit: String
  /// True if the whole of the eligible pool was selected and more had been asked for.
  package var allEligible: Bool
  /// Documents left out because their text was that of a selected one.
  package var droppedCopies: Int
  /// Documents whose text is that of a target's document; nil where the target isn't read.
  package var targetDocuments: Int?
  /// True if a target has so many texts that only a share of them was looked for, and the number is
  /// scaled up.
  package var targetDocumentsIsEstimate: Bool?
  /// Documents that the regression drew alone.
  package var byLogistic: Int
  package var thresholdKey: Double?
}

/// A random selection of about the same size, from the eligible documents.
package struct RandomBaselineRecord: Encodable, Sendable {
  package var documents: Int
  package var tokens: Int
}
