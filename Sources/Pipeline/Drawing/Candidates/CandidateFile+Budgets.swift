internal import Resampling
internal import Weighting

/// How much is kept for a draw.
extension CandidateFile.Settings {
  /// Decides how much is kept for a set of tokens or bytes.
  ///
  /// A set is chosen among at least 10,000 documents of average size, and shards don't know that
  /// of the pool. Its model does, but may have counted a part, or by other limits. So an eighth
  /// is added, and a draw that needs still more is refused. A model's own tokens aren't known
  /// beforehand: they are mostly less than four times as many as words.
  ///
  /// - Parameter eligible: the eligible documents of the pool's model.
  mutating func keep(for eligible: EligibleDocuments) {
    guard objective == .set, unit != .documents else { return }
    let budget = unit.budget(count)
    let scale = unit == .tokens && tokensField != nil ? 4 : 1.125
    let average = budget.averageCost(of: eligible) * scale
    keptAmount = CandidateBudget.largest(for: budget, averageCost: average).amount
  }

  /// The budgets of what is kept by the two keys of candidates of a role, in each stratum.
  ///
  /// A shard doesn't know how a budget is divided among strata and targets, and texts of a stratum
  /// may be drawn in others. But all that is drawn before a document has no more than the whole
  /// budget together, so that much is kept for each role, by each key, and one more: with it, a
  /// draw that ran out of documents has drawn too many. The random part draws first, and no more
  /// than its share, if there are no strata whose parts are rounded.
  ///
  /// - Parameter target: the target's number, or the number of all targets for the random part.
  func keptBudgets(count: Int, target: Int) -> (first: Budget, second: Budget?) {
    let kept = keptBudget(count: count)
    guard isDivided else { return kept.parted(secondShare: logisticShare) }
    guard target < targetCount else {
      return (withSlack(randomBudget(unit.budget(count), share: replay)).adding(1), nil)
    }
    let all = kept.adding(1)
    return (all, logisticShare > 0 ? all : nil)
  }

  /// The most that is drawn at random.
  func randomBudget(_ budget: Budget, share: Double) -> Budget {
    guard stratify == nil, let part = Int(exactly: (share * Double(budget.amount)).rounded(.up))
    else { return budget }
    return budget.with(amount: min(budget.amount, part + 1))
  }

  /// The budget of the documents that are kept for a draw of `count`.
  func keptBudget(count: Int) -> Budget {
    let budget = unit.budget(count)
    let kept: Budget
    switch objective {
    case .weight: kept = budget
    case .set:
      kept =
        keptAmount.map { unit.budget($0) }
        ?? CandidateBudget.largest(for: budget, averageCost: 1)
    }
    return withSlack(kept)
  }

  /// A budget with what is kept in place of near-duplicates.
  private func withSlack(_ budget: Budget) -> Budget {
    nearDuplicates == nil ? budget : budget.adding(NearDuplicateFilter.slack(budget))
  }
}
