internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// How `select` comes to its weights: fit, train, and find the temperature.
extension Select {
  struct Fitted {
    var outcome: FitStep.Outcome
    var report: PassReport
  }

  /// The fields that the pool is read for, besides the text.
  var stratumFields: [String] { settings.stratify.map { [$0.field] } ?? [] }

  func fit(
    _ targets: [Inputs], _ pool: Inputs, _ clock: inout StepClock
  ) throws -> (targets: [Fitted], pool: Fitted) {
    var fitted: [Fitted] = []
    for target in targets {
      fitted.append(try fit(target, .fitTarget, role: .target, &clock))
    }
    return (fitted, try fit(pool, .fitPool, role: .pool, &clock))
  }

  private func fit(
    _ input: Inputs, _ name: Step, role: PipelineError.Role, _ clock: inout StepClock
  ) throws -> Fitted {
    var workers = workers()
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil
    if role == .pool { workers.fields = stratumFields }
    if role == .target { workers.textField = settings.targetTextField ?? workers.textField }
    let step = FitStep(
      workers: workers, features: settings.features, tables: UnicodeTables(),
      minimumLength: settings.draw.minimumTokenCount,
      keepsSample: settings.estimator.kind.components.needSamples,
      countsStrata: role == .pool && settings.stratify != nil,
      fittedShare: role == .pool ? settings.fittedShare : 1, keepsTexts: role == .target)
    begin(name, input, role == .pool ? .next : .none)
    let begin = ContinuousClock.now
    let (outcome, report) = try PipelineError.inTarget(role == .target) {
      try step.run(input.shards)
    }
    clock.add(name, since: begin)
    guard report.documentCount > 0 else {
      throw PipelineError.empty(role: role, skippedLines: report.skippedCount)
    }
    guard outcome.counts.featureCount > 0 else {
      guard step.fittedShare < 1 else { throw PipelineError.noTokens(role: role) }
      throw PipelineError.emptyFitSample(
        share: step.fittedShare, chosen: outcome.counts.documentCount,
        documentCount: report.documentCount)
    }
    return Fitted(outcome: outcome, report: input.corrected(report))
  }

  /// What the later steps need of the fits: the tables of counts and the samples are too large to keep.
  struct Prepared {
    var model: WeighingModel
    var eligible: EligibleDocuments
    var strata: [ExactString: Int]
    var targets: [PreparedTarget] = []
    /// The documents of all targets.
    var targetTexts = TextHashes()
    var pool: SideRecord
    var poolReport: PassReport
    /// Folded for divergences.
    var poolCounts: FeatureCounts
  }

  struct PreparedTarget {
    var side: SideRecord
    var report: PassReport
    /// The share of the pool's features in buckets that the target leaves empty.
    var unseenShare: Double
    /// Folded for divergences.
    var counts: FeatureCounts
  }

  func prepare(
    _ fitted: consuming (targets: [Fitted], pool: Fitted), _ clock: inout StepClock
  ) throws -> Prepared {
    let begin = ContinuousClock.now
    progress.begin(.train, totalStoredByteCount: nil)
    var (targets, pool) = (fitted.targets, fitted.pool)
    let samples = TrainingSamples(
      targets: targets.map { $0.outcome.sample }, pool: pool.outcome.sample,
      features: settings.features)
    var (trained, prepared) = try samples.train(
      settings.estimator, threadCount: settings.reading.threadCount
    ) {
      let prepared = estimate(targets, pool)
      // Gone before training asks for memory of its own, unless it runs beside this.
      for index in targets.indices {
        targets[index].outcome.counts = FeatureCounts(bucketCount: 0)
      }
      pool.outcome.counts = FeatureCounts(bucketCount: 0)
      return prepared
    }
    prepared.model.merge(trained)
    clock.add(.train, since: begin)
    return prepared
  }

  /// All but what is trained on samples.
  private func estimate(_ targets: [Fitted], _ pool: Fitted) -> Prepared {
    var prepared = Prepared(
      model: WeighingModel(
        features: settings.features, tables: UnicodeTables(),
        components: settings.estimator.kind.components),
      eligible: pool.outcome.eligible.scaled(
        by: Double(pool.report.documentCount) / Double(pool.outcome.counts.documentCount)),
      strata: pool.outcome.strata,
      pool: .init(pool.outcome.counts, pool.report), poolReport: pool.report,
      poolCounts: pool.outcome.counts.folded(to: Divergence.bucketCount))
    for (target, fitted) in zip(settings.targets, targets) {
      let (counts, report) = (fitted.outcome.counts, fitted.report)
      prepared.targetTexts.merge(fitted.outcome.texts)
      prepared.model.addTarget(
        target.name, counts: counts, pool: pool.outcome.counts, settings.estimator)
      prepared.targets.append(
        PreparedTarget(
          side: .init(counts, report), report: report,
          unseenShare: pool.outcome.counts.share(missingIn: counts),
          counts: counts.folded(to: Divergence.bucketCount)))
    }
    return prepared
  }

  /// What is drawn, but for the budget.
  func recipe(
    _ pool: Inputs, _ fitted: Prepared, expectedDraw: Int, _ clock: inout StepClock
  ) throws -> DrawRecipe {
    var recipe = DrawRecipe(draw: settings.draw, seeds: [settings.draw.seed])
    recipe.targets = TargetSettings.apportionment(settings.targets)
    recipe.targetCount = settings.targets.count
    recipe.replay = settings.replay
    recipe.strata = try settings.stratify?.strata(fitted.strata)
    recipe.temperatures = try temperatures(
      pool, fitted.model, TargetSettings.shares(settings.targets), expectedDraw: expectedDraw,
      &clock)
    return recipe
  }

  /// The temperature that was asked for, or those that reach what was, one a target.
  private func temperatures(
    _ pool: Inputs, _ model: WeighingModel, _ shares: [Double], expectedDraw: Int,
    _ clock: inout StepClock
  ) throws -> [Double] {
    if case .fixed(let temperature) = settings.draw.temperature {
      return model.targets.map { _ in temperature }
    }
    begin(.measure, pool, .next)
    let begin = ContinuousClock.now
    let measured = try SpreadStep(
      workers: workers(), minimumLength: settings.draw.minimumTokenCount,
      targetCount: model.targets.count
    ).run(pool.shards) { ModelWeightReader(model) }
    clock.add(.measure, since: begin)
    return zip(measured.histograms, shares).map { histogram, share in
      settings.draw.temperature.value(
        for: histogram, expectedDraw: Int((share * Double(expectedDraw)).rounded()))
    }
  }
}

extension DrawSettings.Temperature {
  /// The temperature, or the one that reaches what was asked for.
  ///
  /// - Parameter expectedDraw: about how many documents will be drawn by these weights.
  func value(for histogram: WeightHistogram, expectedDraw: Int) -> Double {
    switch self {
    case .fixed(let temperature): temperature
    case .effectiveSampleSize(let size):
      histogram.temperature(for: .effectiveSampleSize(size ?? Double(max(1, expectedDraw))))
    case .overlap(let share):
      histogram.temperature(for: .overlap(share, draw: max(1, expectedDraw)))
    }
  }
}
