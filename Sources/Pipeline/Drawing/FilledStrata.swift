internal import Resampling
internal import Weighting

/// Chooses the largest keys of each stratum, and passes the share of short strata to others.
struct FilledStrata: Selector {
  private let recipe: DrawRecipe
  private let strata: Strata
  /// The budget of each epoch.
  private let budget: Budget
  /// A plan in which each stratum may have to give everything.
  let plan: DrawPlan

  init(_ recipe: DrawRecipe, _ strata: Strata, _ budget: Budget) {
    self.recipe = recipe
    self.strata = strata
    self.budget = budget
    let all = recipe.seeds.map { _ in budget }
    plan = recipe.plan(strata.names.map { _ in all })
  }

  func choose(from kept: consuming DrawBuffers, eligible: EligibleDocuments) -> Choice {
    // The total of each epoch. Later epochs don't change the draw of earlier ones.
    var totals = recipe.seeds.map { _ in 0 }
    var shortGroups: Set<Int> = []
    for epoch in totals.indices {
      totals[epoch] = Fill.total(for: budget.amount) { total in
        totals[epoch] = total
        let copy = kept
        let choice = copy.draw(plan(totals))
        shortGroups.formUnion(choice.shortGroups)
        let given = given(choice)
        let amounts = strata.shares.amounts(of: total)
        let open = amounts.indices.filter { given[$0][epoch] >= min(amounts[$0], budget.amount) }
        let openSum = open.reduce(0.0) { $0 + Double(amounts[$1]) }
        return Fill.Try(
          count: given.reduce(0) { $0 + $1[epoch] },
          openShare: openSum / Double(total), isExhausted: open.isEmpty || !shortGroups.isEmpty)
      }
    }
    guard shortGroups.isEmpty else {
      return Choice(plan: plan, selections: [], shortGroups: shortGroups.sorted())
    }
    return settled(kept.draw(plan(totals)))
  }

  /// The plan that asks all strata together for these totals.
  ///
  /// - Parameter totals: one per epoch.
  private func plan(_ totals: [Int]) -> DrawPlan {
    let amounts = totals.map { strata.shares.amounts(of: $0) }
    return recipe.plan(
      strata.names.indices.map { stratum in
        // No stratum draws more than all together.
        amounts.map { budget.with(amount: min($0[stratum], budget.amount)) }
      })
  }

  /// The number of documents drawn, by stratum and epoch.
  private func given(_ choice: Choice) -> [[Int]] {
    var given = Array(
      repeating: [Int](repeating: 0, count: recipe.seeds.count), count: strata.names.count)
    for (group, selections) in zip(choice.plan.groups, choice.selections) {
      for (arm, selection) in zip(group.arms, selections) {
        given[group.stratum ?? 0][arm.epoch] += selection.documents.count
      }
    }
    return given
  }

  /// The choice with its final budgets.
  ///
  /// A budget is the number of documents drawn. The shortfall of all strata together is added in
  /// proportion to their shares.
  private func settled(_ choice: Choice) -> Choice {
    let given = given(choice)
    let missed = recipe.seeds.indices.map { epoch in
      strata.shares.amounts(of: max(0, budget.amount - given.reduce(0) { $0 + $1[epoch] }))
    }
    var choice = choice
    for group in choice.plan.groups.indices {
      let stratum = choice.plan.groups[group].stratum ?? 0
      let arms = choice.plan.groups[group].arms
      for (arm, settings) in arms.enumerated() {
        // The shortfall belongs to the last arm of an epoch, which draws from what the others left.
        let isLast = !arms[(arm + 1)...].contains { $0.epoch == settings.epoch }
        let short = isLast ? missed[settings.epoch][stratum] : 0
        let count = choice.selections[group][arm].documents.count
        choice.plan.groups[group].arms[arm].budget = budget.with(amount: count + short)
        choice.selections[group][arm] = choice.selections[group][arm].with(shortfall: short)
      }
    }
    return choice
  }
}
