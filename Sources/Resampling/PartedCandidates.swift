/// The documents that may still be drawn in a draw of one part or of two.
///
/// The second part takes its share of the budget by its own keys, among what the first leaves. What
/// drops out of the first part's buffer is offered to the second's: so together they keep no more than one buffer for
/// the whole budget would, and the draw is that of two full sorts.
///
/// A larger draw contains the smaller: where the first part takes more, what it takes from the second makes room there.
package struct PartedCandidates: Sendable {
  private var first: Candidates
  private var second: Candidates?

  /// - Parameters:
  ///   - secondShare: of the budget, rounded down; 0 for one part.
  ///   - joinsCopies: draw documents of equal text once, the first in pool order.
  ///   - expectedCount: the number of documents that may come, to reserve no more memory than that.
  package init(budget: Budget, secondShare: Double, joinsCopies: Bool, expectedCount: Int) {
    self.init(
      budgets: Self.budgets(sharing: budget, secondShare: secondShare), joinsCopies: joinsCopies,
      expectedCount: expectedCount)
  }

  /// The budgets of both parts.
  package static func budgets(
    sharing budget: Budget, secondShare: Double
  ) -> (first: Budget, second: Budget?) {
    precondition((0...1).contains(secondShare))
    guard secondShare > 0 else { return (budget, nil) }
    let shared = Int(exactly: (Double(budget.amount) * secondShare).rounded(.down)) ?? 0
    return (budget.with(amount: budget.amount - shared), budget.with(amount: shared))
  }

  package init(
    budgets: (first: Budget, second: Budget?), joinsCopies: Bool, expectedCount: Int
  ) {
    first = Candidates(
      budget: budgets.first, joinsCopies: joinsCopies, expectedCount: expectedCount)
    second = budgets.second.map {
      Candidates(budget: $0, joinsCopies: joinsCopies, expectedCount: expectedCount)
    }
  }

  package var thresholds: Thresholds {
    Thresholds(first: first.threshold, second: second?.threshold ?? .infinity)
  }

  /// What keys must reach.
  package struct Thresholds: Sendable {
    fileprivate var first: Double
    fileprivate var second: Double

    /// False if the candidate can't be drawn.
    package func admit(_ candidate: Candidate) -> Bool {
      candidate.key >= first || candidate.secondKey >= second
    }
  }

  /// Takes a candidate in.
  ///
  /// - Complexity: O(1) on average over a run.
  package mutating func add(_ candidate: Candidate) {
    guard second != nil else { return first.add(candidate) }
    for dropped in first.exchange(candidate) { second?.add(dropped.exchanged) }
  }

  /// What a draw of this budget, or of a smaller one, may need of these documents, whatever others come; in no particular
  /// order.
  ///
  /// - Precondition: the budget is one of documents.
  package consuming func kept() -> [Candidate] {
    guard case .documents = first.budget else { preconditionFailure("documents only") }
    let (mine, rest) = first.drawAndLeave()
    guard var others = second else { return mine.documents }
    for left in rest { others.add(left.exchanged) }
    return mine.documents + others.draw().documents.map(\.exchanged)
  }

  /// Draws: the largest keys of each part, as many as its share of the budget allows.
  package consuming func draw() -> PartedSelection {
    let (mine, rest) = first.drawAndLeave()
    guard var others = second else { return PartedSelection(first: mine, second: nil) }
    for left in rest { others.add(left.exchanged) }
    return PartedSelection(first: mine, second: others.draw())
  }
}

/// What was drawn in one part or in two.
package struct PartedSelection: Sendable {
  package let first: Selection
  /// Its documents' keys are exchanged: ``Candidate/key`` is the one by which they were drawn.
  package let second: Selection?

  /// All documents, in pool order.
  package var documents: [Candidate] {
    guard let second else { return first.documents }
    return (first.documents + second.documents).sorted { $0.position < $1.position }
  }

  /// What is left of the budget, in its own units.
  package var shortfall: Int { first.shortfall + (second?.shortfall ?? 0) }

  /// True if every eligible document was drawn, and there would have been room for more.
  package var isExhausted: Bool { first.isExhausted || second?.isExhausted == true }
}
