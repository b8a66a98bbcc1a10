internal import Compression
internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// The whole job: fit the target, fit the pool, weigh the pool, draw, and copy what was drawn.
///
///     let manifest = try await Select(settings, progress: meter, registry: registry).run()
package struct Select: Sendable {
  let settings: SelectSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: SelectSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// - Returns: what was done; it has been written already where that was asked for.
  /// - Throws: ``PipelineError``. Then no output is there under its final name, but an older one
  ///   untouched.
  package func run() async throws -> SelectManifest {
    var clock = StepClock()
    var targets = try SelectInput(settings.targets)
    var pool = try SelectInput(settings.pool)
    let outputs = try RunOutputs(
      settings.outputs, inputs: targets.shards + pool.shards, registry: registry)
    // A target is read once, unless its rejected lines are to be copied.
    try clock.time(.spool) {
      if settings.outputs.rejects != nil { try targets.spool(settings.reading, progress) }
      try pool.spool(settings.reading, progress)
    }

    let fitted = try await prepare(fit(targets, pool, &clock), &clock)
    let (model, eligible) = (fitted.model, fitted.eligible)
    let documentCount = fitted.pool.documents
    let budget = settings.size.budget(documentCount: documentCount)
    let temperature = try await temperature(
      pool, model, expectedDraw: budget.expectedCount(of: eligible), &clock)

    let weigh = WeighStep(
      workers: workers(), model: model, draw: settings.draw, temperature: temperature,
      randomRate: budget.share(of: eligible))
    var candidates = PartedCandidates(
      budget: budget, secondShare: settings.draw.logisticShare,
      joinsCopies: !settings.draw.keepsDuplicates, expectedCount: documentCount)
    begin(.weigh, pool)
    let weighBegin = ContinuousClock.now
    let (weighed, _) = try await weigh.run(pool.shards, into: &candidates)
    let selection = candidates.draw()
    clock.add(.weigh, since: weighBegin)

    let copyBegin = ContinuousClock.now
    progress.begin(.copy, totalStoredByteCount: nil)
    var weigher = DocumentWeigher(model)
    var sink = try outputs.openOutput()
    let copied = try CopyStep(
      shards: pool.shards, limits: settings.reading.limits, progress: progress
    ).run(
      selection.documents, textField: settings.reading.textField, weigher: &weigher,
      annotates: settings.annotates, order: shuffleOrder, into: &sink)
    let output = try outputs.close(sink)
    let rejects = try outputs.writeRejects(
      [(targets, fitted.targetReport), (pool, fitted.poolReport)],
      limits: settings.reading.limits, progress: progress)
    clock.add(.copy, since: copyBegin)
    let remainder = try writeRemainder(
      of: selection.documents, in: pool, fitted.poolReport, outputs, &clock)

    let (targetCounts, poolCounts) = (fitted.targetCounts, fitted.poolCounts)
    let fromPool = Divergence.between(targetCounts, poolCounts)
    let fromRandom = Divergence.between(targetCounts, weighed.randomArm)
    let fromSelected = Divergence.between(targetCounts, copied.counts)
    let keys = WeighStep.Keys(settings.draw, temperature: temperature)
    let manifest = SelectManifest(
      dsel_version: settings.version, seed: settings.draw.seed,
      settings: .init(settings, temperature: temperature), target: fitted.target,
      pool: fitted.pool, eligible_documents: weighed.eligibleCount,
      under_min_tokens: weighed.underMinimumCount,
      effective_sample_size: weighed.effectiveSampleSize.value,
      overlap_with_top_k: weighed.overlap(selection.first, keys),
      weight_length_correlation: weighed.correlation.value,
      unseen_share: fitted.unseenShare,
      random_arm: .init(
        documents: weighed.randomArm.documentCount, tokens: weighed.randomArm.tokenCount),
      kl_target_pool: fromPool, kl_target_random: fromRandom, kl_target_selected: fromSelected,
      kl_reduction: fromRandom.flatMap { random in fromSelected.map { random - $0 } },
      kl_reduction_from_pool: fromPool.flatMap { pool in fromSelected.map { pool - $0 } },
      selected: .init(selection, copied, budget),
      shuffle_seed: settings.outputs.shuffleSeed, shards: OutputRecord.shards(of: output),
      remainder: OutputRecord.remainder(remainder),
      timings: clock.timings(threadCount: settings.reading.threadCount))
    // All files are whole and on the disk before the first gets its name; the manifest comes last.
    try outputs.commit(output, remainder, rejects, outputs.write(manifest))
    return manifest
  }

  func begin(_ step: Step, _ input: SelectInput) {
    progress.begin(step, totalStoredByteCount: input.totalStoredByteCount)
  }

  func workers() -> DocumentWorkers { settings.reading.workers(progress) }
}
