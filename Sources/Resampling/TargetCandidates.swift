/// The documents that may still be drawn for several targets, which draw one after the other and without
/// replacement between them.
///
///     var candidates = TargetCandidates(
///       counts: TargetCandidates.counts(sharing: 1000, by: [0.3, 0.7]), joinsCopies: true,
///       expectedCount: documentCount)
///     for each document and target { candidates.add(candidate, target: target) }
///     let selections = candidates.draw()
///
/// A document has a key for each target. The first target draws its largest keys, the second the largest of its
/// own keys among what is left, and so on: so later targets get leftovers where tastes are alike.
///
/// Of target t, the k₁ + … + kₜ largest keys are kept. The targets before it take no more than
/// k₁ + … + kₜ₋₁ of those documents, so kₜ are left to it whatever they take: memory stays bounded, and the
/// draw is that of a full sort.
package struct TargetCandidates: Sendable {
  package let counts: [Int]
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
    precondition(counts.allSatisfy { $0 >= 0 })
    self.counts = counts
    var sum = 0
    candidates = counts.map { count in
      // Counts may be any number: saturate rather than overflow.
      sum = count > .max - sum ? .max : sum + count
      return Candidates(
        budget: .documents(sum), joinsCopies: joinsCopies, expectedCount: expectedCount)
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

  /// Draws: for each target in order, as many of its largest keys among what is left as its count says.
  ///
  /// - Returns: a selection for each target. The shortfall is in documents.
  /// - Complexity: O(*m* log *m*) for *m* candidates kept.
  package consuming func draw() -> [Selection] {
    var taken: Set<Position> = []
    var selections: [Selection] = []
    for (target, count) in counts.enumerated() {
      // A text's first copy in the pool stands for it in every target, so places are enough to compare.
      var left = candidates[target].draw().documents.filter { !taken.contains($0.position) }
      _ = Candidates.keepBest(count, of: &left)
      left.sort { $0.position < $1.position }
      taken.formUnion(left.lazy.map(\.position))
      selections.append(
        Selection(
          documents: left, thresholdKey: left.lazy.map(\.key).min(), shortfall: count - left.count,
          isExhausted: left.count < count))
    }
    return selections
  }
}
