internal import Reading
internal import Resampling
internal import Weighting

/// One pass over weighed documents, and the draw from them.
struct DrawRun {
  var workers: DocumentWorkers
  var recipe: DrawRecipe
  /// Of each epoch.
  var budget: Budget
  /// Whether strata that have too little leave their share to the others.
  var fills = false
  /// The number of documents that may come, to reserve no more memory than that.
  var expectedCount = Int.max
  /// The probability that a document is in the random baseline.
  var randomRate = 0.0
  var randomSeed: UInt64 = 0
  /// Where the features of the random baseline are counted.
  var emptyCounts = FeatureCounts(bucketCount: 0)
  var stratumField: Int?

  /// What was drawn by one arm.
  struct Part: Sendable {
    var arm: DrawPlan.Arm
    var stratum: String?
    /// The stratum's number.
    var group: Int?
    var selection: Selection
  }

  struct Outcome: Sendable {
    var weighed: DrawStep.Outcome
    var report: PassReport
    /// In the order of the plan.
    var parts: [Part]
    var epochCount: Int
  }

  /// - Throws: ``PipelineError``
  func run<Reader: WeightReader & ~Copyable>(
    _ shards: [Shard], makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> Outcome {
    let isFilled = fills && recipe.strata != nil
    let all = recipe.seeds.map { _ in budget }
    let plan =
      isFilled ? recipe.plan((recipe.strata?.names ?? []).map { _ in all }) : recipe.plan(budget)
    var slack = Self.slack(plan)
    while true {
      var buffers = DrawBuffers(plan, slack: slack, expectedCount: expectedCount)
      let step = DrawStep(
        workers: workers, plan: plan, temperatures: recipe.temperatures,
        randomRate: randomRate, randomSeed: randomSeed, emptyCounts: emptyCounts,
        stratumField: stratumField)
      let (weighed, report) = try step.run(shards, into: &buffers, makeReader: makeReader)
      let (drawn, drawnPlan) = isFilled ? drawFilled(buffers) : (buffers.draw(plan), plan)
      guard !drawn.shortGroups.isEmpty else {
        return outcome(drawn.selections, drawnPlan, weighed, report)
      }
      // So many texts of a group were drawn elsewhere that it needs documents which it left out: rare enough to weigh again.
      for group in drawn.shortGroups { slack[group] = Self.more(than: slack[group]) }
    }
  }

  /// What groups keep beyond their budgets: a little, where others may draw their texts away.
  private static func slack(_ plan: DrawPlan) -> [Int] {
    plan.groups.map { group in
      let hasOthers = plan.groups.contains {
        $0.family == group.family && $0.stratum != group.stratum
      }
      guard hasOthers, !plan.keepsDuplicates else { return 0 }
      return group.arms.reduce(0) { max($0, $1.budget.amount / 16) }
    }
  }

  private static func more(than slack: Int) -> Int {
    slack > .max / 8 ? .max : max(1024, 8 * slack)
  }

  /// Draws what buffers hold.
  func outcome(
    _ buffers: consuming DrawBuffers, _ weighed: DrawStep.Outcome, _ report: PassReport
  ) -> Outcome {
    let plan = buffers.plan
    return outcome(buffers.draw(plan).selections, plan, weighed, report)
  }

  private func outcome(
    _ drawn: [[Selection]], _ plan: DrawPlan, _ weighed: DrawStep.Outcome, _ report: PassReport
  ) -> Outcome {
    var parts: [Part] = []
    for (group, selections) in zip(plan.groups, drawn) {
      for (arm, selection) in zip(group.arms, selections) {
        parts.append(
          Part(
            arm: arm, stratum: group.stratum.map { plan.strata[$0].string }, group: group.stratum,
            selection: selection))
      }
    }
    return Outcome(
      weighed: weighed, report: report, parts: parts, epochCount: recipe.seeds.count)
  }

  /// Draws where strata that have too little leave their share to the others.
  private func drawFilled(_ buffers: consuming DrawBuffers) -> (DrawBuffers.Drawn, DrawPlan) {
    let shares = recipe.strata?.shares ?? Apportionment(counts: [1])
    let stratumCount = recipe.strata?.names.count ?? 0
    // By epoch. Later ones don't change what earlier ones draw.
    var totals = recipe.seeds.map { _ in 0 }
    var shortGroups: [Int] = []
    func plan() -> DrawPlan {
      let amounts = totals.map { shares.amounts(of: $0) }
      return recipe.plan(
        (0..<stratumCount).map { stratum in
          // None draws more than all are to.
          amounts.map { budget.with(amount: min($0[stratum], budget.amount)) }
        })
    }
    for epoch in totals.indices {
      totals[epoch] = Fill.total(for: budget.amount) { total in
        totals[epoch] = total
        let (plan, copy) = (plan(), buffers)
        let drawn = copy.draw(plan)
        shortGroups += drawn.shortGroups
        let given = given(plan, drawn)
        let amounts = shares.amounts(of: total)
        let open = amounts.indices.filter { given[$0][epoch] >= min(amounts[$0], budget.amount) }
        let openSum = open.reduce(0.0) { $0 + Double(amounts[$1]) }
        return Fill.Try(
          count: given.reduce(0) { $0 + $1[epoch] },
          openShare: openSum / Double(total), isExhausted: open.isEmpty || !shortGroups.isEmpty)
      }
    }
    var plan = plan()
    guard shortGroups.isEmpty else {
      return (DrawBuffers.Drawn(selections: [], shortGroups: Set(shortGroups).sorted()), plan)
    }
    var drawn = buffers.draw(plan)
    settle(&plan, &drawn, shares)
    return (drawn, plan)
  }

  /// The number of documents by stratum and epoch.
  private func given(_ plan: DrawPlan, _ drawn: DrawBuffers.Drawn) -> [[Int]] {
    var given = Array(
      repeating: [Int](repeating: 0, count: recipe.seeds.count), count: plan.strata.count)
    for (group, selections) in zip(plan.groups, drawn.selections) {
      for (arm, selection) in zip(group.arms, selections) {
        given[group.stratum ?? 0][arm.epoch] += selection.documents.count
      }
    }
    return given
  }

  /// Makes budgets what was drawn, and what all strata together missed, by their shares.
  private func settle(
    _ plan: inout DrawPlan, _ drawn: inout DrawBuffers.Drawn, _ shares: Apportionment
  ) {
    let given = given(plan, drawn)
    let missed = recipe.seeds.indices.map { epoch in
      shares.amounts(of: max(0, budget.amount - given.reduce(0) { $0 + $1[epoch] }))
    }
    for group in plan.groups.indices {
      let stratum = plan.groups[group].stratum ?? 0
      for (arm, settings) in plan.groups[group].arms.enumerated() {
        // What is missed is missed by the last part of an epoch, which draws from what the others left.
        let isLast = !plan.groups[group].arms[(arm + 1)...].contains { $0.epoch == settings.epoch }
        let short = isLast ? missed[settings.epoch][stratum] : 0
        let count = drawn.selections[group][arm].documents.count
        plan.groups[group].arms[arm].budget = budget.with(amount: count + short)
        drawn.selections[group][arm] = drawn.selections[group][arm].with(shortfall: short)
      }
    }
  }
}

extension DrawRun.Outcome {
  /// What an epoch selected, in pool order.
  func documents(epoch: Int) -> [DrawnDocument] {
    let parts = parts.filter { $0.arm.epoch == epoch }
    var documents: [DrawnDocument] = []
    documents.reserveCapacity(parts.reduce(0) { $0 + $1.selection.documents.count })
    for part in parts {
      for candidate in part.selection.documents {
        documents.append(DrawnDocument(candidate: candidate, target: part.arm.target))
      }
    }
    if parts.count > 1 { documents.sort { $0.candidate.position < $1.candidate.position } }
    return documents
  }

  /// What is left of the budgets, in their own unit.
  var shortfall: Int { parts.reduce(0) { $0 + $1.selection.shortfall } }

  /// True if every eligible document was selected, and there would have been room for more.
  var isExhausted: Bool {
    shortfall > 0
      && parts.allSatisfy { part in
        parts.contains {
          $0.arm.epoch == part.arm.epoch && $0.group == part.group && $0.selection.isExhausted
        }
      }
  }

  /// Documents that the regression drew alone.
  var logisticCount: Int {
    parts.reduce(0) { sum, part in
      if case .logOdds = part.arm.source { sum + part.selection.documents.count } else { sum }
    }
  }

  /// What is told of each part, unless there is but one.
  func records(names: [String?]) -> [PartRecord]? {
    let isPlain = parts.allSatisfy {
      $0.stratum == nil && $0.arm.epoch == 0 && $0.arm.target == 0 && names == [nil]
    }
    return isPlain ? nil : parts.map { PartRecord($0, names: names, epochCount: epochCount) }
  }

  /// The share of the only target's first part whose weights are among as many largest, where copies that were left out
  /// count with what they are copies of; nil where there are several parts like it, or nothing was drawn.
  func overlap(_ plan: DrawRecipe) -> Double? {
    guard let part = parts.first, plan.targetCount == 1, plan.strata == nil,
      plan.seeds.count == 1, plan.replay == 0, !part.selection.documents.isEmpty
    else { return nil }
    // Without noise the draw is top-k itself.
    guard plan.draw.addsNoise else { return 1 }
    let documents = part.selection.documents
    let copies = documents.reduce(0) { $0 + Int($1.copies) }
    let top = weighed.spreads[0].histogram.top(documents.count + copies)
    let hits = documents.reduce(0.0) { sum, document in
      let identity =
        plan.draw.keepsDuplicates
        ? PositionHash.of(document.position) : document.textHash
      return sum + top.contains(document.key - (part.arm.noise?.noise(of: identity) ?? 0))
    }
    return hits / Double(documents.count)
  }
}
