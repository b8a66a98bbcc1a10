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
    let step = FitStep(
      workers: workers, features: settings.features, tables: UnicodeTables(),
      minimumLength: settings.draw.minimumTokenCount,
      keepsSample: settings.weights.estimator.usesRegression)
    var fitted: [Fitted] = []
    for (input, name, role) in [
      (targets, Step.fitTarget, PipelineError.Role.target), (pool, Step.fitPool, .pool),
    ] {
      begin(name, input)
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
    var eligible: EligibleDocuments
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
          features: settings.features, tables: UnicodeTables(),
          estimator: settings.weights.estimator,
          normalization: settings.weights.normalization,
          targets: [
            TargetModel(
              name: nil, target: target.outcome.counts, pool: pool.outcome.counts,
              settings.weights)
          ]),
        eligible: pool.outcome.eligible, target: .init(target.outcome.counts, target.report),
        pool: .init(pool.outcome.counts, pool.report), targetReport: target.report,
        poolReport: pool.report,
        unseenShare: pool.outcome.counts.share(missingIn: target.outcome.counts),
        targetCounts: target.outcome.counts.folded(to: Divergence.bucketCount),
        poolCounts: pool.outcome.counts.folded(to: Divergence.bucketCount))
      // Gone before training asks for memory of its own.
      target.outcome.counts = FeatureCounts(bucketCount: 0)
      pool.outcome.counts = FeatureCounts(bucketCount: 0)
      prepared.model.targets[0].train(target: target.outcome.sample, pool: pool.outcome.sample)
      return prepared
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
