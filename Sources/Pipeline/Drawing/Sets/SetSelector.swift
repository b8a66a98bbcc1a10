internal import Choosing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Chooses, for each target, the set of documents that resembles it best.
///
/// The draw by weight gives several times as many candidates as are wanted. ``SetSweeps`` chooses
/// among them. Targets choose one after the other: a document that one has chosen is no candidate
/// of the next. The strata of a target choose together, and each keeps to its budget.
struct SetSelector: Selector {
  let recipe: DrawRecipe
  let objective: SetObjective
  /// The draw by weight of the same size, whose budgets hold for the sets.
  let byWeight: any Selector
  /// The draw by weight of the candidates, as many as there may be.
  let plan: DrawPlan
  private let budget: Budget
  /// Whether strata with too few documents leave their share to the others.
  let fills: Bool
  /// One per target.
  let profiles: [TargetProfile]
  let reading: CandidateReading
  /// How the features for each target are read; empty if all are read as ``reading`` says.
  var readings: [CandidateReading] = []
  /// What the sets are to complete, one per target; empty if there is nothing.
  var bases: [BaseCounts] = []
  /// Whether the documents of a set are put in order.
  var ordersSets = false
  /// Whether a set needs all of its candidates, because others were left out before.
  var needsAllCandidates = false
  /// The texts whose ranks among the candidates are wanted.
  var observedTexts: Set<Candidate.TextKey> = []

  /// - Parameters:
  ///   - budget: of the selection.
  ///   - candidates: the largest budget of the candidates: see ``CandidateBudget``.
  init(
    _ recipe: DrawRecipe, _ objective: SetObjective, _ budget: Budget, candidates: Budget,
    fills: Bool, profiles: [TargetProfile], _ reading: CandidateReading
  ) {
    self.recipe = recipe
    self.objective = objective
    self.budget = budget
    byWeight = recipe.selector(budget, fills: fills)
    plan = Self.plan(recipe, candidates, fills: fills)
    self.fills = fills
    self.profiles = profiles
    self.reading = reading
  }

  private static func plan(_ recipe: DrawRecipe, _ budget: Budget, fills: Bool) -> DrawPlan {
    guard fills, let strata = recipe.strata else { return recipe.plan(budget) }
    // Each stratum may have to give everything.
    let all = recipe.seeds.map { _ in budget }
    return recipe.plan(strata.names.map { _ in all })
  }

  var step: Step { .choose }

  func choose(
    from kept: consuming DrawBuffers, eligible: EligibleDocuments
  ) throws -> Choice {
    let candidates = CandidateBudget.budget(for: budget, eligible: eligible)
    let plan = Self.plan(recipe, candidates, fills: fills)
    var wanted = byWeight.plan
    if fills {
      // Which stratum makes up for which doesn't depend on the objective.
      let copy = kept
      let choice = try byWeight.choose(from: copy, eligible: eligible)
      guard choice.shortGroups.isEmpty else { return choice }
      wanted = choice.plan
    }
    var choice = Choice(
      plan: wanted, selections: wanted.groups.map { _ in [] }, objective: objective)
    var lists = kept.lists()
    for family in Set(wanted.groups.map(\.family)).sorted() {
      let groups = wanted.groups.indices.filter { wanted.groups[$0].family == family }
      var taken: Set<Candidate.TextKey> = []
      for arm in wanted.groups[groups[0]].arms.indices {
        let draws = groups.map { group in
          // Moved out of the list, so that nothing is copied.
          var list = (entries: [Candidate](), isWhole: false)
          swap(&list, &lists[group][arm])
          return ArmCandidates(
            list, wanted: wanted.groups[group].arms[arm].budget,
            candidates: plan.groups[group].arms[arm].budget)
        }
        let arm = wanted.groups[groups[0]].arms[arm]
        let chosen = try choose(draws, arm, &taken)
        for (group, selection) in zip(groups, chosen.selections) {
          choice.selections[group].append(selection)
        }
        for (group, ranks) in zip(groups, chosen.ranks) {
          choice.ranksByGroup[group, default: [:]][choice.selections[group].count - 1] = ranks
        }
        choice.shortGroups += chosen.shortGroups.map { groups[$0] }
        choice.candidateCount += chosen.candidateCount
        if let target = arm.target, let set = chosen.set { choice.sets.byTarget[target] = set }
      }
    }
    choice.shortGroups = Set(choice.shortGroups).sorted()
    return choice
  }

  /// The documents that would be candidates by their keys, whatever other targets choose.
  func reached(in kept: consuming DrawBuffers, eligible: EligibleDocuments) -> Reached {
    let most = CandidateBudget.budget(for: budget, eligible: eligible)
    let (candidates, wanted) = (Self.plan(recipe, most, fills: fills), byWeight.plan)
    let lists = kept.lists()
    return Reached(wanted) { group, arm in
      let isChosen = wanted.groups[group].arms[arm].target == nil || objective.purity == 1
      let plan = isChosen ? wanted : candidates
      var entries = lists[group][arm].entries
      let count = Candidates.putFirst(plan.groups[group].arms[arm].budget, of: &entries)
      return Array(entries.prefix(count))
    }
  }

  /// What an arm chose, by group.
  private struct Chosen {
    var selections: [Selection]
    var shortGroups: [Int]
    var candidateCount = 0
    var set: SetGains.OfTarget?
    /// One per group, if ranks are wanted.
    var ranks: [CandidateRanks] = []
  }

  private func choose(
    _ draws: consuming [ArmCandidates], _ arm: DrawPlan.Arm, _ taken: inout Set<Candidate.TextKey>
  ) throws -> Chosen {
    var draws = draws
    ArmCandidates.leaveOut(taken, of: &draws)
    let choosesSet = arm.target != nil && objective.purity < 1
    // Strata draw their candidates together: whose a text with copies in several is, must depend on
    // neither the order of the pool nor on how much was kept.
    let short =
      draws.count > 1
      ? ArmCandidates.drawTogether(&draws, by: choosesSet ? \.candidates : \.wanted)
      : draws.indices.filter {
        draws[$0].isShort(ofCandidates: choosesSet && needsAllCandidates)
      }
    guard short.isEmpty else { return Chosen(selections: [], shortGroups: short) }
    var chosen = Chosen(selections: [], shortGroups: [])
    if choosesSet, let target = arm.target {
      for draw in draws.indices { draws[draw].keepCandidates() }
      chosen.candidateCount = draws.reduce(0) { $0 + $1.entries.count }
      if !observedTexts.isEmpty {
        chosen.ranks = draws.map { CandidateRanks(of: observedTexts, among: $0.entries) }
      }
      try chooseSet(&draws, target, noiseSeed: recipe.seeds[arm.epoch], &chosen)
    } else {
      for draw in draws.indices { draws[draw].keepFirst() }
    }
    for draw in draws {
      for candidate in draw.entries { taken.insert(candidate.textKey) }
    }
    chosen.selections = draws.map { $0.selection() }
    return chosen
  }

  /// Leaves only the documents of a set.
  private func chooseSet(
    _ draws: inout [ArmCandidates], _ target: Int, noiseSeed: UInt64, _ chosen: inout Chosen
  ) throws {
    // Without a choice, nothing has to be read.
    guard draws.contains(where: { !$0.fits }) else { return }
    let candidates = SetCandidates(taking: &draws)
    let reading = readings.isEmpty ? reading : readings[target]
    let spool = try reading.read(candidates.all, profiles[target])
    var sweeps = SetSweeps(
      objective: objective, noise: GumbelNoise(seed: noiseSeed, purpose: .setNoise),
      profile: profiles[target], candidates: candidates, spool: spool,
      threadCount: reading.threadCount)
    if !bases.isEmpty { sweeps.base = bases[target] }
    let set = try sweeps.choose()
    chosen.set = SetGains.OfTarget(table: set.set, profile: profiles[target])
    if ordersSets {
      let order = try sweeps.order(set.candidates)
      for (place, number) in order.enumerated() {
        chosen.set?.places[candidates.all[number].position] = place + 1
      }
    }
    var entries = draws.map { _ in [Candidate]() }
    for number in set.candidates { entries[candidates.part(number)].append(candidates.all[number]) }
    for draw in draws.indices { draws[draw].entries = entries[draw] }
  }
}
