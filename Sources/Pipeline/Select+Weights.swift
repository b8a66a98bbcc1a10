internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// How `select` comes to its weights: fit, train, and find the temperature.
extension Select {
  struct Fitted {
    var outcome: FitStep.Outcome
    var report: PassReport
  }

  func fit(
    _ targets: SelectInput, _ pool: SelectInput, _ clock: inout StepClock
  ) async throws -> (target: Fitted, pool: Fitted) {
    var workers = workers()
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil
    var step = FitStep(
      workers: workers, features: settings.features, tables: UnicodeTables(), minimumLength: 0)
    if settings.estimator.usesRegression {
      step.samplePriority = SeededHash(seed: settings.draw.seed, purpose: .sample)
    }
    var fitted: [Fitted] = []
    for (input, name, role) in [
      (targets, Step.fitTarget, PipelineError.Role.target), (pool, Step.fitPool, .pool),
    ] {
      begin(name, input)
      // A target's short documents are as good as any; the pool's can't be drawn.
      step.minimumLength = role == .pool ? settings.draw.minimumTokenCount : 0
      let begin = ContinuousClock.now
      let (outcome, report) = try await step.run(input.shards)
      clock.add(name, since: begin)
      guard outcome.counts.documentCount > 0 else {
        throw PipelineError.empty(role: role, skippedLines: report.skippedCount)
      }
      guard outcome.counts.featureCount > 0 else { throw PipelineError.noTokens(role: role) }
      fitted.append(Fitted(outcome: outcome, report: input.corrected(report)))
    }
    return (fitted[0], fitted[1])
  }

  /// What the later steps need of the fits: the tables of counts and the samples are too large to keep.
  struct Prepared {
    var model: WeighingModel
    var eligible: FitStep.Eligible
    var target: SelectManifest.Side
    var pool: SelectManifest.Side
    var targetReport: PassReport
    var poolReport: PassReport
    var unseenShare: Double
    /// Folded for divergences.
    var targetCounts: FeatureCounts
    var poolCounts: FeatureCounts
  }

  func prepare(
    _ fitted: consuming (target: Fitted, pool: Fitted), _ clock: inout StepClock
  ) -> Prepared {
    var (target, pool) = (fitted.target, fitted.pool)
    progress.begin(.train, totalStoredByteCount: nil)
    return clock.time(.train) {
      var prepared = Prepared(
        model: WeighingModel(
          features: settings.features, tables: UnicodeTables(), estimator: settings.estimator,
          normalization: settings.draw.normalization,
          logRatios: logRatios(target.outcome.counts, pool.outcome.counts)),
        eligible: pool.outcome.eligible, target: .init(target.outcome.counts, target.report),
        pool: .init(pool.outcome.counts, pool.report), targetReport: target.report,
        poolReport: pool.report,
        unseenShare: pool.outcome.counts.share(missingIn: target.outcome.counts),
        targetCounts: target.outcome.counts.folded(to: Divergence.bucketCount),
        poolCounts: pool.outcome.counts.folded(to: Divergence.bucketCount))
      // Gone before training asks for memory of its own.
      target.outcome.counts = FeatureCounts(bucketCount: 0)
      pool.outcome.counts = FeatureCounts(bucketCount: 0)
      if settings.estimator.usesRegression {
        prepared.model.regression =
          LogisticTrainer(target: target.outcome.sample, pool: pool.outcome.sample).train()
      }
      return prepared
    }
  }

  private func logRatios(_ target: FeatureCounts, _ pool: FeatureCounts) -> LogRatioTable? {
    switch settings.estimator {
    case .ratio:
      let floor = settings.compatibility?.weightFloor ?? 0
      return LogRatioTable(
        target: Model(target, pseudocount: settings.targetPseudocount, floor: floor),
        pool: Model(pool, pseudocount: settings.pseudocount, floor: floor))
    case .shrunk, .blend:
      return LogRatioTable(shrinking: target, pool: pool, prior: settings.pseudocount)
    case .logistic: return nil
    }
  }

  /// The temperature that was asked for, or the one that reaches what was.
  func temperature(
    _ pool: SelectInput, _ model: WeighingModel, expectedDraw: Int, _ clock: inout StepClock
  ) async throws -> Double {
    let goal: WeightHistogram.Goal
    switch settings.draw.temperature {
    case .fixed(let temperature): return temperature
    case .effectiveSampleSize(let size):
      goal = .effectiveSampleSize(size ?? Double(max(1, expectedDraw)))
    case .overlap(let share): goal = .overlap(share, draw: max(1, expectedDraw))
    }
    begin(.measure, pool)
    let begin = ContinuousClock.now
    let histogram = try await MeasureStep(
      workers: workers(), model: model, minimumLength: settings.draw.minimumTokenCount
    ).run(pool.shards)
    clock.add(.measure, since: begin)
    return histogram.temperature(for: goal)
  }
}
