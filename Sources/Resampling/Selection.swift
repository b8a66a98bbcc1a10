/// The documents drawn by one arm.
package struct Selection: Sendable {
  /// The documents in pool order.
  package private(set) var documents: [Candidate]
  /// The smallest key among them; nil if nothing was drawn.
  package let thresholdKey: Double?
  /// The rest of the budget, in its own unit.
  package let shortfall: Int
  /// True if every eligible document was drawn, and there was room for more.
  package internal(set) var isExhausted: Bool

  /// - Parameters:
  ///   - documents: in pool order.
  ///   - thresholdKey: the smallest key among them; nil if there are none.
  ///   - shortfall: the rest of the budget, in its own unit.
  ///   - isExhausted: whether every eligible document is among them, and there was room for more.
  package init(
    documents: [Candidate], thresholdKey: Double?, shortfall: Int, isExhausted: Bool
  ) {
    self.documents = documents
    self.thresholdKey = thresholdKey
    self.shortfall = shortfall
    self.isExhausted = isExhausted
  }

  /// The same selection with another rest of the budget.
  package func with(shortfall: Int) -> Selection {
    Selection(
      documents: documents, thresholdKey: thresholdKey, shortfall: shortfall,
      isExhausted: isExhausted)
  }

  /// The selection with each document replaced by the result of `transform`, in pool order.
  ///
  /// Documents for which it returns nil are left out.
  package func filtered(_ transform: (Candidate) -> Candidate?) -> Selection {
    Selection(
      documents: documents.compactMap(transform).sorted { $0.position < $1.position },
      thresholdKey: thresholdKey, shortfall: shortfall, isExhausted: isExhausted)
  }
}
