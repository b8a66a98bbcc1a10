/// The documents drawn by one arm.
package struct Selection: Sendable {
  /// The documents in pool order.
  package private(set) var documents: [Candidate]
  /// The smallest key among them; nil if nothing was drawn.
  package let thresholdKey: Double?
  /// The rest of the budget, in its own unit.
  package let shortfall: Int
  /// The largest key that wasn't drawn, of the documents that were kept; nil if all were drawn.
  ///
  /// No document of the pool that wasn't drawn has a larger key, if the buffers kept one document
  /// more than the budgets allow: see ``CandidateGroup/Settings/slack``.
  package let nextKey: Double?
  /// True if every eligible document was drawn, and there was room for more.
  package internal(set) var isExhausted: Bool

  /// - Parameters:
  ///   - documents: in pool order.
  ///   - thresholdKey: the smallest key among them; nil if there are none.
  ///   - shortfall: the rest of the budget, in its own unit.
  ///   - isExhausted: whether every eligible document is among them, and there was room for more.
  ///   - nextKey: the largest key that was kept and not drawn; nil if there is none.
  package init(
    documents: [Candidate], thresholdKey: Double?, shortfall: Int, isExhausted: Bool,
    nextKey: Double? = nil
  ) {
    self.nextKey = nextKey
    self.documents = documents
    self.thresholdKey = thresholdKey
    self.shortfall = shortfall
    self.isExhausted = isExhausted
  }

  /// The same selection with another rest of the budget.
  package func with(shortfall: Int) -> Selection {
    Selection(
      documents: documents, thresholdKey: thresholdKey, shortfall: shortfall,
      isExhausted: isExhausted, nextKey: nextKey)
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
