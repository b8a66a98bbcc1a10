internal import Choosing
internal import Featurizing
internal import Files
internal import Reading
internal import Weighting

/// Prepares models for weighing.
extension Select {
  /// The parts of the fit that later steps need.
  ///
  /// The tables of counts and the samples are too large to keep.
  struct Trained {
    var model: WeighingModel
    var eligible: EligibleDocuments
    /// The number of eligible documents by stratum.
    var strata: [ExactString: Int]
    var targets: [TrainedTarget] = []
    /// The texts of all targets' documents.
    var targetTexts = TextHashes()
    var pool: SideRecord
    var poolReport: PassReport
    /// Folded to the buckets of divergences.
    var poolCounts: FeatureCounts
  }

  struct TrainedTarget {
    var side: SideRecord
    var report: PassReport
    /// The share of the pool's features in buckets that the target leaves empty.
    var unseenShare: Double
    /// Folded to the buckets of divergences.
    var counts: FeatureCounts
    /// nil if the draw is by weight.
    var profile: TargetProfile?
  }

  func train(
    _ fitted: consuming (targets: [Fitted], pool: Fitted), _ clock: StepClock
  ) throws -> Trained {
    let begin = ContinuousClock.now
    progress.begin(.train, totalStoredByteCount: nil)
    var (targets, pool) = (fitted.targets, fitted.pool)
    let samples = TrainingSamples(
      targets: targets.map { $0.outcome.sample }, pool: pool.outcome.sample,
      features: settings.features)
    var (components, trained) = try samples.train(
      settings.estimator, threadCount: settings.reading.threadCount
    ) {
      let trained = estimate(targets, pool)
      // Free the counts before training allocates its own memory, unless both happen at once.
      for index in targets.indices {
        targets[index].outcome.counts = FeatureCounts(bucketCount: 0)
      }
      pool.outcome.counts = FeatureCounts(bucketCount: 0)
      return trained
    }
    trained.model.merge(components)
    if let sample = pool.outcome.fieldSample {
      trained.model.addition = try FieldAddition(settings.additions, trained.model, sample)
    }
    clock.add(.train, since: begin)
    return trained
  }

  /// Makes all components except those that are trained on samples.
  private func estimate(_ targets: [Fitted], _ pool: Fitted) -> Trained {
    var trained = Trained(
      model: WeighingModel(
        features: settings.features, tables: .shared,
        components: settings.estimator.kind.components),
      eligible: pool.outcome.eligible.scaled(
        by: Double(pool.report.documentCount) / Double(pool.outcome.counts.documentCount)),
      strata: pool.outcome.strata,
      pool: SideRecord(pool.outcome.counts, pool.report), poolReport: pool.report,
      poolCounts: pool.outcome.counts.folded(to: Divergence.bucketCount))
    trained.targetTexts = TextHashes(capacity: textCapacity)
    for (target, fitted) in zip(settings.targets, targets) {
      let (counts, report) = (fitted.outcome.counts, fitted.report)
      trained.targetTexts.merge(fitted.outcome.texts)
      trained.model.addTarget(
        target.name, counts: counts, pool: pool.outcome.counts, settings.estimator)
      trained.targets.append(
        TrainedTarget(
          side: SideRecord(counts, report), report: report,
          unseenShare: pool.outcome.counts.share(missingIn: counts),
          counts: counts.folded(to: Divergence.bucketCount),
          profile: settings.objective.map { _ in TargetProfile(counts) }))
    }
    return trained
  }
}
