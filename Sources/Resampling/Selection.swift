/// What was drawn.
package struct Selection: Sendable {
  /// In pool order.
  package private(set) var documents: [Candidate]
  /// The smallest key among them; nil when nothing was drawn.
  package let thresholdKey: Double?
  /// What is left of the budget, in its own units.
  package let shortfall: Int
  /// True if every eligible document was drawn, and there would have been room for more.
  package internal(set) var isExhausted: Bool

  /// The same with another number for what is left of the budget.
  package func with(shortfall: Int) -> Selection {
    Selection(
      documents: documents, thresholdKey: thresholdKey, shortfall: shortfall,
      isExhausted: isExhausted)
  }

  /// The selection without the documents for which `transform` returns nil; the others are what it returns, in pool order.
  package func filtered(_ transform: (Candidate) -> Candidate?) -> Selection {
    Selection(
      documents: documents.compactMap(transform).sorted { $0.position < $1.position },
      thresholdKey: thresholdKey, shortfall: shortfall, isExhausted: isExhausted)
  }
}
