internal import Choosing
internal import Reading
internal import Resampling
internal import Weighting

/// Plans the draw, and draws.
extension Select {
  struct Plan {
    var budget: Budget
    var recipe: DrawRecipe
    /// The random baseline's share of the eligible documents.
    var baselineRate: Double
  }

  func plan(_ trained: Trained, _ pool: Inputs, _ clock: StepClock) throws -> Plan {
    let budget = settings.size.budget(documentCount: trained.pool.documents)
    var recipe = DrawRecipe(draw: settings.draw, seeds: [settings.draw.seed])
    recipe.targets = TargetSettings.apportionment(settings.targets)
    recipe.targetCount = settings.targets.count
    recipe.replay = settings.replay
    recipe.strata = try settings.stratify?.strata(trained.strata)
    recipe.temperatures = try temperatures(
      pool, trained.model, expectedDraw: budget.expectedCount(of: trained.eligible), clock)
    return Plan(
      budget: budget, recipe: recipe, baselineRate: budget.share(of: trained.eligible))
  }

  /// The temperature of each target: the given one, or the one that reaches the goal.
  private func temperatures(
    _ pool: Inputs, _ model: WeighingModel, expectedDraw: Int, _ clock: StepClock
  ) throws -> [Double] {
    if case .fixed(let temperature) = settings.draw.temperature {
      return model.targets.map { _ in temperature }
    }
    let spread = try clock.time(.measure) {
      begin(.measure, pool, .next)
      return try SpreadStep(
        workers: settings.reading.workers(progress),
        minimumLength: settings.draw.minimumTokenCount, targetCount: model.targets.count
      ).run(pool.shards) { ModelWeightReader(model) }
    }
    return zip(spread.histograms, TargetSettings.shares(settings.targets)).map {
      histogram, share in
      settings.draw.temperature.value(
        for: histogram, expectedDraw: Int((share * Double(expectedDraw)).rounded()))
    }
  }

  func weighAndDraw(
    _ plan: Plan, _ trained: Trained, _ files: OpenFiles, _ clock: StepClock
  ) throws -> Drawn {
    let pool = files.pool
    var workers = settings.reading.workers(progress)
    workers.fields = stratumFields
    let draw = Draw(
      workers: workers, recipe: plan.recipe, budget: plan.budget,
      fills: settings.stratify?.fills ?? false, expectedCount: trained.pool.documents,
      randomRate: plan.baselineRate, randomSeed: settings.draw.seed,
      emptyCounts: Divergence.emptyCounts(bucketCount: settings.features.bucketCount),
      stratumField: settings.stratify == nil ? nil : 0)
    begin(.weigh, pool, .next)
    return try draw.run(
      pool.shards, clock: clock, selector: selector(plan, trained, files)
    ) { ModelWeightReader(trained.model) }
  }

  /// - Returns: nil to draw by weight.
  private func selector(_ plan: Plan, _ trained: Trained, _ files: OpenFiles) -> SetSelector? {
    settings.objective.map { objective in
      let profiles = trained.targets.compactMap(\.profile)
      var selector = SetSelector(
        plan.recipe, objective, plan.budget,
        candidates: CandidateBudget.largest(
          for: plan.budget, averageCost: plan.budget.averageCost(of: trained.eligible)),
        fills: settings.stratify?.fills ?? false, profiles: profiles,
        CandidateReading(
          source: PoolFeatures(
            shards: files.pool.shards, workers: settings.reading.workers(progress),
            features: settings.features),
          directory: settings.reading.spoolDirectory,
          threadCount: settings.reading.threadCount))
      if let base = files.base?.model.counts {
        selector.bases = profiles.map {
          BaseCounts(
            bucketCounts: base.counts, tokenCount: base.tokenCount,
            scaledTo: settings.base?.tokenCount.map { Double($0) }, $0)
        }
      }
      return selector
    }
  }
}
