internal import Choosing
internal import Reading
internal import Resampling
internal import Weighting

/// Plans the draw, and draws.
extension Select {
  struct Plan {
    var size: SelectionSize
    var budget: Budget
    var recipe: DrawRecipe
    /// The random baseline's share of the eligible documents.
    var baselineRate: Double
  }

  func plan(
    _ trained: Trained, _ mixture: Mixture, _ size: SelectionSize, _ pool: Inputs,
    _ clock: StepClock
  ) throws -> Plan {
    let budget = size.budget(documentCount: trained.pool.documents)
    var recipe = DrawRecipe(draw: settings.draw, seeds: [settings.draw.seed])
    recipe.targets = TargetSettings.apportionment(settings.targets)
    recipe.targetCount = settings.targets.count
    // Exact duplicates may have other numbers in these fields.
    recipe.copiesMayDiffer = !settings.additions.isEmpty
    recipe.replay = settings.replay
    recipe.strata = try mixture.strata?.strata(trained.strata)
    try measure(
      pool, trained.model, expectedDraw: budget.expectedCount(of: trained.eligible), &recipe, clock)
    return Plan(
      size: size, budget: budget, recipe: recipe, baselineRate: budget.share(of: trained.eligible))
  }

  /// Sets the temperature of each target, the given one or the one that reaches the goal, and the
  /// log weights of the least quantile.
  private func measure(
    _ pool: Inputs, _ model: WeighingModel, expectedDraw: Int, _ recipe: inout DrawRecipe,
    _ clock: StepClock
  ) throws {
    if case .fixed(let temperature) = settings.draw.temperature {
      recipe.temperatures = model.targets.map { _ in temperature }
    }
    guard settings.draw.needsAllWeights else { return }
    let strata = recipe.strata
    let (spread, quantileWeights) = try clock.time(.measure) {
      begin(.measure, pool, .next)
      var workers = settings.reading.workers(progress)
      workers.fields = poolFields
      let spool = settings.draw.minimumQuantile.map { _ in
        WeightSpool(
          targetCount: model.targets.count, directory: settings.reading.spoolDirectory)
      }
      let spread = try SpreadStep(
        workers: workers, lengths: settings.draw.lengths, targetCount: model.targets.count,
        strata: strata, stratumField: strata == nil ? nil : 0, weightSpool: spool
      ).run(pool.shards) { weightReader(model) }
      return (
        spread,
        try settings.draw.minimumQuantile.flatMap { try spool?.weights(ofQuantile: $0) } ?? []
      )
    }
    recipe.quantileWeights = quantileWeights
    if case .fixed = settings.draw.temperature { return }
    recipe.temperatures = zip(spread.histograms, TargetSettings.shares(settings.targets)).map {
      histogram, share in
      settings.draw.temperature.value(
        for: histogram, expectedDraw: Int((share * Double(expectedDraw)).rounded()))
    }
  }

  var statisticsPlan: StatisticsPlan {
    StatisticsPlan(
      settings.statistics, targetCount: settings.targets.count,
      directory: settings.reading.spoolDirectory)
  }

  func weighAndDraw(
    _ plan: Plan, _ trained: Trained, _ files: OpenFiles, _ keeping: DrawStep.Keeping?,
    _ statistics: StatisticsPlan, _ clock: StepClock
  ) throws -> Drawn {
    var source = poolFeatures(files)
    source.kept = keeping?.records
    source.isPlain = plainShards(trained, files)
    return try draw(
      plan, trained, files, clock,
      selector: selector(
        plan.recipe, plan.budget, trained, files, source, room: spoolRoom(beside: keeping?.records),
        orders: settings.annotates),
      statistics: statistics, keeping: keeping)
  }

  func draw(
    _ plan: Plan, _ trained: Trained, _ files: OpenFiles, _ clock: StepClock,
    selector: any Selector, leavesNearDuplicatesOut: Bool = true,
    statistics: StatisticsPlan = StatisticsPlan(), keeping: DrawStep.Keeping? = nil
  ) throws -> Drawn {
    var workers = settings.reading.workers(progress)
    workers.fields = poolFields
    let draw = Draw(
      workers: workers, recipe: plan.recipe, budget: plan.budget,
      fills: settings.stratify?.fills ?? false, expectedCount: trained.pool.documents,
      randomRate: plan.baselineRate, randomSeed: settings.draw.seed,
      emptyCounts: Divergence.emptyCounts(bucketCount: settings.features.bucketCount),
      stratumField: settings.stratify == nil ? nil : 0,
      nearDuplicates: leavesNearDuplicatesOut
        ? nearDuplicateFilter(trained, files, keeping?.records) : nil,
      statistics: statistics, keeping: keeping)
    let exclusion = exclusion(files, trained)
    begin(.weigh, files.pool, .next)
    return try draw.run(files.pool.shards, clock: clock, selector: selector) {
      weightReader(trained.model, exclusion)
    }
  }

  /// What documents are excluded for; nil if none are.
  func exclusion(_ files: OpenFiles, _ trained: Trained) -> Exclusion? {
    var exclusion = files.exclusion
    if settings.exclude.excludesTarget { exclusion?.targetTexts = trained.targetTexts }
    return exclusion
  }

  /// - Returns: nil if near-duplicates are selected like others.
  private func nearDuplicateFilter(
    _ trained: Trained, _ files: OpenFiles, _ kept: KeptRecords?
  ) -> NearDuplicateFilter? {
    settings.nearDuplicates.map { similarity in
      let texts = PoolTexts(
        shards: files.pool.shards, workers: settings.reading.workers(progress), kept: kept,
        isPlain: plainShards(trained, files))
      return NearDuplicateFilter(
        similarity: similarity,
        source: PoolTokens(texts: texts, tokenizer: settings.features.tokenizer),
        room: spoolRoom(beside: kept))
    }
  }

  func poolFeatures(_ files: OpenFiles) -> PoolFeatures {
    PoolFeatures(
      shards: files.pool.shards, workers: settings.reading.workers(progress),
      features: settings.features)
  }

  /// - Parameters:
  ///   - source: gives the features of candidates, if a set is chosen.
  ///   - room: for what is kept of candidates; nil for all that the disk has.
  ///   - orders: whether the documents of a set are put in order.
  func selector(
    _ recipe: DrawRecipe, _ budget: Budget, _ trained: Trained, _ files: OpenFiles,
    _ source: any FeatureSource, room: SpoolRoom? = nil, orders: Bool = false
  ) -> any Selector {
    let fills = settings.stratify?.fills ?? false
    guard let objective = settings.objective else { return recipe.selector(budget, fills: fills) }
    let profiles = trained.targets.compactMap(\.profile)
    var selector = SetSelector(
      recipe, objective, budget,
      candidates: CandidateBudget.largest(
        for: budget, averageCost: budget.averageCost(of: trained.eligible)),
      fills: fills, profiles: profiles,
      CandidateReading(
        source: source, room: room ?? spoolRoom, threadCount: settings.reading.threadCount))
    selector.ordersSets = orders
    selector.needsAllCandidates = settings.nearDuplicates != nil
    if let base = settings.base, let model = files.base {
      selector.bases = profiles.map { base.counts(model, $0) }
    }
    return selector
  }
}
