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
  private let settings: SelectSettings
  private let progress: ProgressMeter
  private let registry: TemporaryFiles

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
    var targets = try Input(settings.targets)
    var pool = try Input(settings.pool)
    try checkOutputs(against: targets.shards + pool.shards)
    // A target is read once, unless its rejected lines are to be copied.
    if settings.rejects != nil { try clock.time(.spool) { try spool(&targets) } }
    try clock.time(.spool) { try spool(&pool) }

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
    let weighed = try await weigh.run(pool.shards, into: &candidates)
    let selection = candidates.draw()
    clock.add(.weigh, since: weighBegin)

    let copyBegin = ContinuousClock.now
    progress.begin(.copy, totalStoredByteCount: nil)
    var weigher = DocumentWeigher(model)
    var writer = try opening { () throws(WritingError) in
      try LineWriter(
        settings.output, container: settings.container, replaces: settings.replacesOutputs,
        registry: registry)
    }
    let copied = try CopyStep(shards: pool.shards, limits: settings.limits, progress: progress).run(
      selection.documents, textField: settings.textField, weigher: &weigher,
      annotates: settings.annotates, into: &writer)
    let output = try close(writer)
    let rejects = try writeRejects(
      [(targets, fitted.targetReport), (pool, fitted.poolReport)])
    clock.add(.copy, since: copyBegin)

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
      timings: clock.timings(threadCount: settings.threadCount))
    // All files are whole and on the disk before the first gets its name; the manifest comes last.
    let record = try write(manifest)
    try commit(rejects)
    try commit(output)
    try commit(record)
    return manifest
  }

  // MARK: Inputs

  /// The shards of one role, and what was learned of those that had to be spooled.
  private struct Input {
    var shards: [Shard]
    var spooled: [Int: ShardSummary] = [:]

    init(_ paths: [String]) throws(PipelineError) {
      shards = []
      for path in paths {
        do throws(ReadingError) { shards.append(try Shard(path: path)) } catch {
          throw .reading(error, line: nil)
        }
      }
    }

    var totalStoredByteCount: Int? {
      shards.allSatisfy(\.isRereadable) ? shards.reduce(0) { $0 + $1.status.byteCount } : nil
    }

    /// What a pass reported, with the spools' numbers replaced by those of what was piped in.
    func corrected(_ report: PassReport) -> PassReport {
      var report = report
      for (number, summary) in spooled {
        let documentCount = report.shards[number].documentCount
        report.shards[number] = summary
        report.shards[number].documentCount = documentCount
      }
      return report
    }
  }

  private func spool(_ input: inout Input) throws {
    for (number, shard) in input.shards.enumerated() where !shard.isRereadable {
      progress.begin(.spool, totalStoredByteCount: nil)
      let step = SpoolStep(
        directory: settings.spoolDirectory, limits: settings.limits, progress: progress)
      (input.shards[number], input.spooled[number]) = try step.run(shard)
    }
  }

  private func begin(_ step: Step, _ input: Input) {
    progress.begin(step, totalStoredByteCount: input.totalStoredByteCount)
  }

  // MARK: Steps

  private struct Fitted {
    var outcome: FitStep.Outcome
    var report: PassReport
  }

  private func workers() -> DocumentWorkers {
    DocumentWorkers(
      threadCount: settings.threadCount, textField: settings.textField, limits: settings.limits,
      errorPolicy: settings.errorPolicy, progress: progress)
  }

  private func fit(
    _ targets: Input, _ pool: Input, _ clock: inout StepClock
  ) async throws -> (target: Fitted, pool: Fitted) {
    var workers = workers()
    workers.hashesContent = true
    workers.keepsRejects = settings.rejects != nil
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
  private struct Prepared {
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

  private func prepare(
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
  private func temperature(
    _ pool: Input, _ model: WeighingModel, expectedDraw: Int, _ clock: inout StepClock
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

  private func writeRejects(_ passes: [(Input, PassReport)]) throws -> AtomicFile? {
    guard let path = settings.rejects else { return nil }
    do {
      var writer = try LineWriter(
        .file(path: path), container: Container(suffixOf: path), replaces: settings.replacesOutputs,
        registry: registry)
      for (input, report) in passes {
        let places = report.rejects.sorted { $0.position < $1.position }
        let copy = CopyStep(shards: input.shards, limits: settings.limits, progress: progress)
        try copy.forEachLine(places, at: { $0 }) { _, bytes, range in
          try writer.write(bytes.span.extracting(range))
        }
      }
      return try writer.close()
    } catch let error as WritingError {
      throw PipelineError.writing(error)
    }
  }

  // MARK: Outputs

  /// Refuses outputs that are inputs, exist, or can't be, before any work is done.
  private func checkOutputs(against inputs: [Shard]) throws {
    var paths: [String] = []
    if case .file(let path) = settings.output { paths.append(path) }
    paths += [settings.manifest, settings.rejects].compactMap { $0 }
    var places: [AtomicFile.Place] = []
    for path in paths {
      do {
        if let status = try FileStatus(path: path), status.kind == .regular,
          inputs.contains(where: { $0.status.isSameFile(as: status) })
        {
          throw PipelineError.outputIsInput(path: path)
        }
        try AtomicFile.check(path: path, replaces: settings.replacesOutputs)
        let place = try AtomicFile.Place(path: path)
        if places.contains(place) { throw PipelineError.outputIsOutput(path: path) }
        places.append(place)
      } catch let error as SystemError {
        throw PipelineError.writing(.system(error))
      } catch let error as WritingError {
        throw PipelineError.writing(error)
      }
    }
  }

  private func opening<Result: ~Copyable>(
    _ open: () throws(WritingError) -> Result
  ) throws -> Result {
    do throws(WritingError) { return try open() } catch { throw PipelineError.writing(error) }
  }

  private func close(_ writer: consuming LineWriter) throws -> AtomicFile? {
    do throws(WritingError) { return try writer.close() } catch {
      throw PipelineError.writing(error)
    }
  }

  private func write(_ manifest: SelectManifest) throws -> AtomicFile? {
    guard let path = settings.manifest else { return nil }
    return try opening { () throws(WritingError) in
      try ManifestWriter.write(
        manifest, to: path, replaces: settings.replacesOutputs, registry: registry)
    }
  }

  private func commit(_ file: consuming AtomicFile?) throws {
    do throws(WritingError) { if let file { try file.commit() } } catch {
      throw PipelineError.writing(error)
    }
  }
}
