/// The documents that may still be drawn for several targets, which draw one after the other and without
/// replacement between them. (A target is whatever has keys and a budget of its own: an epoch may be one.)
///
///     var candidates = TargetCandidates(
///       budgets: [.documents(300), .documents(700)], joinsCopies: true,
///       expectedCount: documentCount)
///     for each document and target { candidates.add(candidate, target: target) }
///     let selections = candidates.draw()
///
/// A document has a key for each target. The first target draws its largest keys, the second the largest of its
/// own keys among what is left, and so on: so later targets get leftovers where tastes are alike.
///
/// Of target t, the largest keys that a budget of k₁ + … + kₜ allows are kept. The targets before it take no more than
/// k₁ + … + kₜ₋₁ of those documents, so what kₜ allows is left to it whatever they take: memory stays bounded, and the
/// draw is that of a full sort. (With budgets of tokens or bytes, too: the first document that the sum has no room for has
/// no room in what is left of it either.)
package struct TargetCandidates: Sendable {
  package let budgets: [Budget]
  private var candidates: [Candidates]

  /// Shares a number of documents among targets: ⌊total × proportion⌋ each, and the rest for the last.
  ///
  /// - Parameter proportions: not negative, and not all zero; they are taken relative to their sum.
  package static func counts(sharing total: Int, by proportions: [Double]) -> [Int] {
    let sum = proportions.reduce(0, +)
    precondition(total >= 0 && sum > 0 && sum.isFinite && proportions.allSatisfy { $0 >= 0 })
    var left = total
    var counts = proportions.dropLast().map { proportion in
      // Rounding must not give away more than there is; a total beyond 2⁵³ may round up.
      let count = Int(exactly: (Double(total) * (proportion / sum)).rounded(.down)) ?? left
      let share = min(count, left)
      left -= share
      return share
    }
    counts.append(left)
    return counts
  }

  /// - Parameters:
  ///   - counts: how many documents each target draws, in the order in which they draw.
  ///   - joinsCopies: draw documents of equal text once, the first in pool order, whatever the target.
  ///     Copies must have equal keys.
  ///   - expectedCount: the number of documents that may come, to reserve no more memory than that.
  package init(counts: [Int], joinsCopies: Bool, expectedCount: Int) {
    self.init(
      budgets: counts.map { .documents($0) }, joinsCopies: joinsCopies,
      expectedCount: expectedCount)
  }

  /// - Parameter budgets: what each target draws, in the order in which they draw; all in the same unit.
  package init(budgets: [Budget], joinsCopies: Bool, expectedCount: Int) {
    precondition(budgets.allSatisfy { $0.amount >= 0 })
    self.budgets = budgets
    var sum = 0
    candidates = budgets.map { budget in
      // Amounts may be any number: saturate rather than overflow.
      sum = budget.amount > .max - sum ? .max : sum + budget.amount
      return Candidates(
        budget: budget.with(amount: sum), joinsCopies: joinsCopies, expectedCount: expectedCount)
    }
  }

  /// Only candidates whose key is at least this can be drawn for a target.
  package func threshold(target: Int) -> Double { candidates[target].threshold }

  /// Takes a candidate in, with its key for a target.
  ///
  /// - Complexity: O(1) on average over a run.
  package mutating func add(_ candidate: Candidate, target: Int) {
    candidates[target].add(candidate)
  }

  /// What is kept for each target.
  package func keptByTarget() -> [[Candidate]] {
    candidates.map { candidates in
      let (selection, rest) = candidates.drawAndLeave()
      return selection.documents + rest
    }
  }

  /// What is kept for any target: a document once.
  package func kept() -> [Candidate] {
    var seen: Set<Position> = []
    return keptByTarget().joined().filter { seen.insert($0.position).inserted }
  }

  /// Draws: for each target in order, the largest of its keys among what is left, as many as its budget allows.
  ///
  /// - Returns: a selection for each target.
  /// - Complexity: O(*m* log *m*) for *m* candidates kept.
  package consuming func draw() -> [Selection] {
    var taken: Set<Position> = []
    var selections: [Selection] = []
    for (target, budget) in budgets.enumerated() {
      let keepsAll = candidates[target].threshold == -.infinity
      let kept = candidates[target].drawAndLeave()
      // A text's first copy in the pool stands for it in every target, so places are enough to compare.
      var left = Candidates(budget: budget, joinsCopies: false, expectedCount: 0)
      for candidate in kept.selection.documents + kept.rest
      where !taken.contains(candidate.position) {
        left.add(candidate)
      }
      var selection = left.draw()
      if !keepsAll { selection.isExhausted = false }
      taken.formUnion(selection.documents.lazy.map(\.position))
      selections.append(selection)
    }
    return selections
  }
}
