internal import Reading
internal import Resampling
internal import Weighting

/// Checks that enough candidates were kept.
extension CandidateDraw {
  /// Refuses to choose a set among fewer candidates than it should have.
  ///
  /// Sets of a number of documents always have enough of them.
  static func checkSet(
    of budget: Budget, _ eligible: EligibleDocuments, _ whole: CandidateFile, _ path: String
  ) throws(PipelineError) {
    let known = whole.header.settings
    let kept = known.keptBudget(count: known.count).amount
    let needed = CandidateBudget.budget(for: budget, eligible: eligible).amount
    guard needed > kept, !whole.isComplete else { return }
    throw .candidates(
      .tooFewForSet(
        path: path, kept: kept, needed: needed, count: budget.amount, more: needed / 3 + 1,
        known.unit))
  }

  /// Refuses to draw where a document is missing that comes after those that were kept.
  ///
  /// - Parameters:
  ///   - kept: the candidates that aren't left out.
  ///   - wanted: what to draw, or to choose a set from.
  static func checkCount(
    _ kept: DrawBuffers, wanted: Budget, _ whole: CandidateFile, _ path: String, _ count: Int
  ) throws(PipelineError) {
    let known = whole.header.settings
    guard !whole.isComplete else { return }
    let left = kept.lists()[0].reduce(0) { $0 + $1.entries.reduce(0) { $0 + wanted.cost(of: $1) } }
    // A draw of tokens or bytes ends at the first document that doesn't fit.
    let isEnough = known.unit == .documents ? left >= wanted.amount : left > wanted.amount
    guard !isEnough else { return }
    let wholeCost = whole.candidates.reduce(0) { $0 + wanted.cost(of: $1) }
    // Twice as many candidates.
    let more = known.objective == .set ? (2 * wholeCost + 2) / 3 : 2 * wholeCost
    throw .candidates(
      .tooManyNearDuplicates(
        path: path, kept: wholeCost, left: left, wanted: wanted.amount, count: count, more: more,
        known.unit))
  }

  /// The same as ``checkCount(_:wanted:_:_:_:)`` where several parts draw: strata, targets, or a
  /// random part.
  ///
  /// Everything that is drawn before a document has no more than the draw together, so each part
  /// must have more than that left, by each of its keys, among the documents that were kept for it.
  ///
  /// - Parameter leftOut: the near-duplicates.
  static func checkRoles(
    _ leftOut: NearDuplicates?, wanted: Budget, _ groups: CandidateGroups, _ recipe: DrawRecipe,
    _ whole: CandidateFile, _ path: String, _ count: Int
  ) throws(PipelineError) {
    let known = whole.header.settings
    let removed = Set(leftOut?.documents.map(\.candidate.textKey) ?? [])
    var members: [[Candidate]] = Array(
      repeating: [], count: known.roleCount * (whole.header.strata?.names.count ?? 1))
    for (number, candidate) in whole.candidates.enumerated() {
      members[whole.group(of: whole.role(of: number))].append(candidate)
    }
    for (number, kept) in members.enumerated() {
      let role = whole.role(ofGroup: number)
      let isRandom = role.target == known.targetCount
      guard groups.group(ofStratum: role.stratum) != nil, !isRandom || recipe.replay > 0 else {
        continue
      }
      let budgets = known.keptBudgets(count: known.count, target: role.target)
      // The random part has its share of the draw, and not of a set's candidates.
      let needed =
        isRandom
        ? known.randomBudget(wanted.with(amount: count), share: recipe.replay).amount
        : wanted.amount
      for (budget, isSecond) in [(budgets.first, false), (budgets.second, true)] {
        guard let budget else { continue }
        let own = isSecond ? kept.map(\.exchanged) : kept
        guard let left = left(of: own, budget, without: removed), left <= needed else { continue }
        let cost = kept.reduce(0) { $0 + wanted.cost(of: $1) }
        throw .candidates(
          .tooManyNearDuplicates(
            path: path, kept: cost, left: left, wanted: needed, count: count,
            more: 2 * known.count, known.unit))
      }
    }
  }

  /// What is left of the documents that a budget keeps; nil if it keeps all that there are.
  private static func left(
    of kept: [Candidate], _ budget: Budget, without removed: Set<Candidate.TextKey>
  ) -> Int? {
    var (room, left) = (budget.amount, 0)
    for candidate in kept.sorted(by: { $0.precedes($1) }) {
      room -= budget.smallestCost(of: candidate)
      guard room >= 0 else { return left }
      if !removed.contains(candidate.textKey) { left += budget.smallestCost(of: candidate) }
    }
    return room > 0 ? nil : left
  }
}

extension CandidateFile {
  /// Whether these are all documents that may be drawn, because there was room for more.
  fileprivate var isComplete: Bool {
    let settings = header.settings
    guard settings.roleCount == 1 else { return hasAllOfTargets }
    let budget = settings.keptBudget(count: settings.count)
    let cost = candidates.reduce(0) { $0 + budget.smallestCost(of: $1) }
    return settings.unit == .documents ? cost < budget.amount : cost <= budget.amount
  }

  /// The same for each of several targets.
  private var hasAllOfTargets: Bool {
    let settings = header.settings
    return (0..<settings.targetCount).allSatisfy { target in
      let budget = settings.keptBudgets(count: settings.count, target: target).first
      let cost = numbers(ofTarget: target).reduce(0) {
        $0 + budget.smallestCost(of: candidates[$1])
      }
      return cost < budget.amount
    }
  }
}
