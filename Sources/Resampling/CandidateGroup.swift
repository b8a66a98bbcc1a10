/// The documents that the arms of a group may still draw.
///
/// The arms draw one after the other, without replacement between them. The first arm takes its
/// largest keys, the second arm takes the largest of its own keys among the rest, and so on. An arm
/// is anything with keys and a budget of its own: a target, the regression's part of a draw, or an
/// epoch.
///
/// For arm t, as many of the largest keys are kept as a budget of k₁ + … + kₜ allows. The arms
/// before it take at most k₁ + … + kₜ₋₁ of those texts, so a budget of kₜ is left whatever they
/// take. Therefore memory stays bounded, and the draw equals that of a full sort. (This also holds
/// for budgets of tokens or bytes: the first document that doesn't fit into the sum doesn't fit
/// into the rest of it either.) Where other groups draw texts away, more must be kept: see
/// ``JointDraw``.
package struct CandidateGroup: Sendable {
  /// How the arms share buffers.
  private enum Buffers: Sendable {
    /// One or two arms of the same documents.
    ///
    /// Candidates that drop out of the first arm's buffer are offered to the second's. So together
    /// they keep no more than one buffer for the whole budget would.
    case parted(first: Candidates, second: Candidates?)
    /// Two arms of the same documents, to keep what a later draw may need.
    ///
    /// Each buffer gets all documents. So what they keep depends on these alone, also if documents
    /// of equal text have different keys.
    case apart(first: Candidates, second: Candidates)
    /// Arms of which each has a key for each document.
    case chain([Candidates])
  }

  private var buffers: Buffers
  private let joinsCopies: Bool

  /// How candidates are kept.
  package struct Settings: Sendable {
    /// Whether documents of equal text are drawn once.
    package var joinsCopies: Bool
    /// Whether documents of equal text may have different keys.
    package var copiesMayDiffer = false
    /// The amount kept beyond the budgets, in their unit.
    package var slack = 0
    /// The number of documents that may come.
    ///
    /// Memory is reserved for no more than that.
    package var expectedCount = Int.max

    package init(joinsCopies: Bool) { self.joinsCopies = joinsCopies }
  }

  /// Keeps candidates for one arm, or for two that share one buffer's memory.
  ///
  /// ``Candidate/key`` belongs to the first, and ``Candidate/secondKey`` to the second.
  package init(parted first: Budget, _ second: Budget?, _ settings: Settings) {
    joinsCopies = settings.joinsCopies
    buffers = .parted(
      first: Candidates(
        budget: first.adding(settings.slack), joinsCopies: settings.joinsCopies,
        expectedCount: settings.expectedCount,
        keepsLosers: settings.copiesMayDiffer && second != nil),
      second: second.map {
        Candidates(
          budget: $0.adding(settings.slack), joinsCopies: settings.joinsCopies,
          expectedCount: settings.expectedCount)
      })
  }

  /// Keeps candidates for a later draw by two arms: see ``kept()``.
  ///
  /// No draw can be made from this group itself.
  package init(apart first: Budget, _ second: Budget, _ settings: Settings) {
    joinsCopies = settings.joinsCopies
    func candidates(_ budget: Budget) -> Candidates {
      Candidates(
        budget: budget, joinsCopies: settings.joinsCopies, expectedCount: settings.expectedCount)
    }
    buffers = .apart(first: candidates(first), second: candidates(second))
  }

  /// Keeps candidates for any arms, in the order in which they draw.
  ///
  /// All budgets have the same unit.
  package init(chain budgets: [Budget], _ settings: Settings) {
    precondition(budgets.allSatisfy { $0.amount >= 0 })
    joinsCopies = settings.joinsCopies
    var sum = budgets.first?.with(amount: settings.slack)
    buffers = .chain(
      budgets.map { budget in
        sum = sum?.adding(budget.amount)
        return Candidates(
          budget: sum ?? budget, joinsCopies: settings.joinsCopies,
          expectedCount: settings.expectedCount)
      })
  }

  /// The smallest keys that can still be drawn.
  package struct Thresholds: Sendable {
    fileprivate enum Kind: Sendable {
      case parted(first: Double, second: Double)
      case chain([Double])
    }
    fileprivate var kind: Kind

    /// Whether the arm may draw the candidate; if two arms share a buffer, whether either may.
    package func admit(_ candidate: Candidate, arm: Int) -> Bool {
      switch kind {
      case .parted(let first, let second): candidate.key >= first || candidate.secondKey >= second
      case .chain(let thresholds): candidate.key >= thresholds[arm]
      }
    }
  }

  package var thresholds: Thresholds {
    switch buffers {
    case .parted(let first, let second):
      Thresholds(kind: .parted(first: first.threshold, second: second?.threshold ?? .infinity))
    case .apart(let first, let second):
      Thresholds(kind: .parted(first: first.threshold, second: second.threshold))
    case .chain(let arms): Thresholds(kind: .chain(arms.map(\.threshold)))
    }
  }

  /// Takes a candidate with its key for an arm.
  ///
  /// If two arms share a buffer, pass it once for both.
  ///
  /// - Complexity: O(1) on average over a run.
  package mutating func add(_ candidate: Candidate, arm: Int = 0) {
    add(CollectionOfOne((candidate: candidate, arm: arm)))
  }

  /// Takes several candidates: see ``add(_:arm:)``.
  package mutating func add(_ candidates: some Sequence<(candidate: Candidate, arm: Int)>) {
    // Moved out of `self` while they change. Changing a copy instead would copy their content.
    var taken = Buffers.chain([])
    swap(&taken, &buffers)
    switch taken {
    case .parted(var first, var second):
      taken = .chain([])
      for (candidate, _) in candidates {
        if second == nil {
          first.add(candidate)
        } else {
          for dropped in first.exchange(candidate) { second?.add(dropped.exchanged) }
        }
      }
      buffers = .parted(first: first, second: second)
    case .apart(var first, var second):
      taken = .chain([])
      for (candidate, _) in candidates {
        first.add(candidate)
        second.add(candidate.exchanged)
      }
      buffers = .apart(first: first, second: second)
    case .chain(var arms):
      taken = .chain([])
      for (candidate, arm) in candidates { arms[arm].add(candidate) }
      buffers = .chain(arms)
    }
  }

  package var armCount: Int {
    switch buffers {
    case .parted(_, let second): second == nil ? 1 : 2
    case .apart: 2
    case .chain(let arms): arms.count
    }
  }

  /// Whether each document is in at most one arm's buffer.
  var keepsDocumentsOnce: Bool { if case .parted = buffers { true } else { armCount < 2 } }

  /// The number of candidates held, including copies, and candidates held for several arms.
  package var keptCount: Int {
    switch buffers {
    case .parted(let first, let second): first.heldCount + (second?.heldCount ?? 0)
    case .apart(let first, let second): first.heldCount + second.heldCount
    case .chain(let arms): arms.reduce(0) { $0 + $1.heldCount }
    }
  }

  /// Calls `body` with each candidate that is held.
  package func forEachKept(_ body: (Candidate) -> Void) {
    switch buffers {
    case .parted(let first, let second):
      first.forEachHeld(body)
      second?.forEachHeld(body)
    case .apart(let first, let second):
      first.forEachHeld(body)
      second.forEachHeld(body)
    case .chain(let arms): for candidates in arms { candidates.forEachHeld(body) }
    }
  }

  /// Takes the candidates that another group with the same arms holds.
  package mutating func add(heldBy other: CandidateGroup) {
    switch other.buffers {
    case .parted(let first, let second):
      first.forEachHeld { add($0) }
      second?.forEachHeld { add($0.exchanged) }
    case .apart: preconditionFailure("candidates of a later draw")
    case .chain(let arms):
      for (arm, candidates) in arms.enumerated() {
        candidates.forEachHeld { add($0, arm: arm) }
      }
    }
  }

  /// Removes the candidates for which `isLeftOut` is true from all arms.
  package mutating func removeAll(where isLeftOut: (Candidate) -> Bool) {
    var taken = Buffers.chain([])
    swap(&taken, &buffers)
    switch taken {
    case .parted(var first, var second):
      taken = .chain([])
      first.removeAll(where: isLeftOut)
      second?.removeAll(where: isLeftOut)
      buffers = .parted(first: first, second: second)
    case .apart(var first, var second):
      taken = .chain([])
      first.removeAll(where: isLeftOut)
      second.removeAll(where: isLeftOut)
      buffers = .apart(first: first, second: second)
    case .chain(var arms):
      taken = .chain([])
      for arm in arms.indices { arms[arm].removeAll(where: isLeftOut) }
      buffers = .chain(arms)
    }
  }

  // MARK: Drawing

  /// Takes out the candidates of an arm.
  ///
  /// If two arms share a buffer, take those of the first one first.
  ///
  /// - Parameter isAlone: whether the arm draws its planned budget, and no other group takes
  ///   anything from it.
  /// - Returns: each text once, unless copies are kept; ``Candidate/key`` is the key for this arm.
  ///   `isWhole` is true if no other document could be drawn by the arm.
  package mutating func take(arm: Int, isAlone: Bool) -> (entries: [Candidate], isWhole: Bool) {
    var taken = Buffers.chain([])
    swap(&taken, &buffers)
    switch taken {
    case .parted(var first, var second):
      taken = .chain([])
      defer { buffers = .parted(first: first, second: second) }
      guard arm == 0 else {
        guard var others = second else { return ([], true) }
        second = nil
        defer { second = others }
        return Self.take(&others, isAlone).taken
      }
      let (entries, rest) = Self.take(&first, isAlone)
      for left in rest + first.takeLosers() { second?.add(left.exchanged) }
      return entries
    case .apart: preconditionFailure("candidates of a later draw")
    case .chain(var arms):
      taken = .chain([])
      defer { buffers = .chain(arms) }
      return Self.take(&arms[arm], isAlone).taken
    }
  }

  private static func take(
    _ candidates: inout Candidates, _ isAlone: Bool
  ) -> (taken: (entries: [Candidate], isWhole: Bool), rest: [Candidate]) {
    guard !isAlone else { return (candidates.take(), []) }
    let best = candidates.takeBest()
    return ((best.entries, best.isWhole), best.rest)
  }

  /// Takes back the candidates that an arm didn't draw.
  mutating func leave(_ rest: [Candidate], arm: Int) {
    guard arm == 0, case .parted(let first, var second) = buffers, second != nil else { return }
    buffers = .chain([])
    for candidate in rest { second?.add(candidate.exchanged) }
    buffers = .parted(first: first, second: second)
  }

  /// The candidates that a draw with these or smaller budgets may need, whatever other documents
  /// come, in no particular order.
  ///
  /// With budgets in tokens or bytes, the first document that doesn't fit is one of them: a draw
  /// ends there.
  ///
  /// - Precondition: one arm, or two that share a buffer.
  package func kept() -> [Candidate] {
    if case .apart(var first, var second) = buffers {
      // Copies are counted where the first key is largest. Where other keys decide, their number
      // would depend on the order in which they came.
      let best = first.takeKept().entries
      let known = Set(best.map(\.placeKey))
      return best
        + second.takeKept().entries.filter { !known.contains($0.placeKey) }
        .map { $0.exchanged.withoutCopies }
    }
    guard case .parted(var first, var second) = buffers else {
      preconditionFailure("a draw by one target")
    }
    let (best, rest) = first.takeKept()
    guard second != nil else { return best }
    for candidate in rest + first.takeLosers() { second?.add(candidate.exchanged) }
    return best + (second?.takeKept().entries.map(\.exchanged) ?? [])
  }

  /// Draws for this group alone.
  ///
  /// - Returns: a selection for each arm.
  package func draw(_ budgets: [Budget]) -> [Selection] {
    var draw = JointDraw([self], budgets: [budgets], joinsCopies: joinsCopies)
    return draw.takeSelections()[0]
  }
}
