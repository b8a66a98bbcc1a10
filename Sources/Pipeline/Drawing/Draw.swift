internal import Reading
internal import Resampling
internal import Weighting

/// One pass over weighed documents, and the draw from them.
struct Draw {
  var workers: DocumentWorkers
  var recipe: DrawRecipe
  /// The budget of each epoch.
  var budget: Budget
  /// Whether strata with too few documents leave their share to the others.
  var fills = false
  /// The largest number of documents that may come, so that no more memory is reserved.
  var expectedCount = Int.max
  /// The probability that a document is in the random baseline.
  var randomRate = 0.0
  var randomSeed: UInt64 = 0
  /// Empty counts for the features of the random baseline.
  var emptyCounts = FeatureCounts(bucketCount: 0)
  var stratumField: Int?
  /// Leaves near-duplicates out; nil to draw them like others.
  var nearDuplicates: NearDuplicateFilter?
  /// What is found out for annotations.
  var statistics = StatisticsPlan()
  /// Keeps the records of documents that may be drawn; nil if nothing would be gained.
  var keeping: DrawStep.Keeping?

  /// - Parameters:
  ///   - clock: times the steps.
  ///   - selector: chooses the draw; nil to choose by keys.
  /// - Throws: ``PipelineError``
  func run<Reader: WeightReader & ~Copyable>(
    _ shards: [Shard], clock: StepClock? = nil, selector: (any Selector)? = nil,
    makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> Drawn {
    let selector = selector ?? recipe.selector(budget, fills: fills)
    let step = DrawStep(
      workers: workers, plan: selector.plan, temperatures: recipe.temperatures,
      randomRate: randomRate, randomSeed: randomSeed, emptyCounts: emptyCounts,
      stratumField: stratumField, weightSpool: statistics.weightSpool, keeping: keeping)
    var slack = slack(selector.plan)
    let mark = workers.progress.mark
    while true {
      statistics.weightSpool?.removeAll()
      keeping?.records.forget()
      var kept = DrawBuffers(selector.plan, slack: slack, expectedCount: expectedCount)
      var excluded = ExcludedBuffers(selector.plan, slack: slack, expectedCount: expectedCount)
      let begin = ContinuousClock.now
      let (weighed, report) = try step.run(shards, into: &kept, &excluded, makeReader: makeReader)
      clock?.add(.weigh, since: begin)
      var leftOut: NearDuplicates?
      if let nearDuplicates {
        let begin = ContinuousClock.now
        leftOut = try nearDuplicates.leaveOut(
          from: &kept, by: selector, eligible: weighed.eligible)
        clock?.add(.compareCandidates, since: begin)
      }
      let middle = ContinuousClock.now
      var shortGroups: [Int] = []
      let passed = try excluded.passedOver(
        by: selector, from: kept, eligible: weighed.eligible, &shortGroups)
      let choice = try selector.choose(from: kept, eligible: weighed.eligible)
      clock?.add(selector.step, since: middle)
      shortGroups += choice.shortGroups
      guard !shortGroups.isEmpty else {
        var drawn = Drawn(choice, weighed, report, recipe)
        drawn.excluded = passed
        drawn.nearDuplicates = leftOut
        return drawn
      }
      // Other groups drew texts of this group, or it had many near-duplicates. So it needs
      // documents that it left out. This is rare, and the pool is weighed again.
      for group in Set(shortGroups).sorted() { slack[group] = Self.more(than: slack[group]) }
      workers.progress.beginAgain(at: mark)
    }
  }

  /// The slack of each group: how much it keeps beyond its budgets.
  ///
  /// A group has a little slack if others may draw its texts first, and more if near-duplicates are
  /// left out.
  ///
  /// The first key that isn't drawn must be kept too if it's asked for.
  private func slack(_ plan: DrawPlan) -> [Int] {
    let least = statistics.needsNextKeys ? 1 : 0
    guard nearDuplicates == nil else {
      return plan.groups.map { group in
        group.arms.reduce(0) { max($0, NearDuplicateFilter.slack($1.budget)) }
      }
    }
    return plan.groups.map { group in
      let hasOthers = plan.groups.contains {
        $0.family == group.family && $0.stratum != group.stratum
      }
      guard hasOthers, !plan.keepsDuplicates else { return least }
      return group.arms.reduce(least) { max($0, $1.budget.amount / 16) }
    }
  }

  private static func more(than slack: Int) -> Int {
    slack > .max / 8 ? .max : max(1024, 8 * slack)
  }
}
