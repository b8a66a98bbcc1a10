internal import Compression
internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// The whole job: fit the target, fit the pool, weigh the pool, draw, and copy what was drawn.
///
///     let manifest = try Select(settings, progress: meter, registry: registry).run()
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
  package func run() throws -> SelectManifest {
    var clock = StepClock()
    var targets = try settings.targets.map { try Inputs($0.paths, settings.reading) }
    var pool = try Inputs(settings.pool, settings.reading)
    let outputs = try RunOutputs(
      settings.outputs, inputs: targets.flatMap(\.shards) + pool.shards, registry: registry)
    progress.plan(passCount: passCount(pool))
    // A target is read once, unless its rejected lines are to be copied.
    try clock.time(.spool) {
      for target in targets.indices where settings.outputs.rejects != nil {
        try targets[target].spool(settings.reading, progress)
      }
      try pool.spool(settings.reading, progress, isPass: true)
    }

    let fitted = try prepare(try fit(targets, pool, &clock), &clock)
    let (model, eligible) = (fitted.model, fitted.eligible)
    let budget = settings.size.budget(documentCount: fitted.pool.documents)
    let recipe = try recipe(
      pool, fitted, expectedDraw: budget.expectedCount(of: eligible), &clock)

    var workers = workers()
    workers.fields = stratumFields
    let draw = DrawRun(
      workers: workers, recipe: recipe, budget: budget, fills: settings.stratify?.fills ?? false,
      expectedCount: fitted.pool.documents, randomRate: budget.share(of: eligible),
      randomSeed: settings.draw.seed,
      emptyCounts: Divergence.emptyCounts(bucketCount: settings.features.bucketCount),
      stratumField: settings.stratify == nil ? nil : 0)
    begin(.weigh, pool, .next)
    let weighBegin = ContinuousClock.now
    let drawn = try draw.run(pool.shards) { ModelWeightReader(model) }
    clock.add(.weigh, since: weighBegin)

    let copyBegin = ContinuousClock.now
    progress.begin(.copy, totalStoredByteCount: nil, pass: .next)
    let names = settings.targets.map(\.name)
    let selection = drawn.documents(epoch: 0)
    var weigher: DocumentWeigher? = DocumentWeigher(model)
    var sink = try outputs.openOutput()
    let copied = try CopyStep(
      shards: pool.shards, limits: settings.reading.limits, progress: progress,
      targetNames: names
    ).run(
      selection, textField: settings.reading.textField, weigher: &weigher,
      annotates: settings.annotates, order: shuffleOrder, into: &sink)
    let output = try outputs.close(&sink)
    let rejects = try outputs.writeRejects(
      zip(targets, fitted.targets.map(\.report)).map { ($0, $1) } + [(pool, fitted.poolReport)],
      limits: settings.reading.limits, progress: progress)
    clock.add(.copy, since: copyBegin)
    let remainder = try writeRemainder(
      of: selection.map(\.candidate), in: pool, fitted.poolReport, outputs, &clock)

    let shares = TargetSettings.shares(settings.targets)
    let (weighed, isOne) = (drawn.weighed, settings.targets.count == 1)
    let records = settings.targets.indices.map { target in
      TargetRecord(
        settings.targets[target], fitted.targets[target], share: shares[target],
        temperature: recipe.temperatures[target], weighed.spreads[target],
        parts: drawn.parts.filter { $0.arm.target == target }, pool: fitted.poolCounts,
        random: weighed.randomBaseline, selected: copied.counts[target])
    }
    let first = records[0]
    var manifest = SelectManifest(
      dselVersion: settings.version, seed: settings.draw.seed,
      settings: .init(settings, temperature: recipe.temperatures[0]),
      target: isOne ? first.side : nil, targets: isOne ? nil : records, pool: fitted.pool,
      eligibleDocuments: weighed.eligibleCount, underMinTokens: weighed.underMinimumCount,
      outsideMixture: settings.stratify == nil ? nil : weighed.outsideCount,
      effectiveSampleSize: isOne ? first.effectiveSampleSize : nil,
      overlapWithTopK: drawn.overlap(recipe),
      weightLengthCorrelation: isOne ? first.weightLengthCorrelation : nil,
      unseenShare: isOne ? first.unseenShare : nil,
      randomArm: .init(
        documents: weighed.randomBaseline.documentCount, tokens: weighed.randomBaseline.tokenCount),
      klTargetPool: isOne ? first.klTargetPool : nil,
      klTargetRandom: isOne ? first.klTargetRandom : nil,
      klTargetSelected: isOne ? first.klTargetSelected : nil,
      klReduction: isOne ? first.klReduction : nil,
      klReductionFromPool: isOne ? first.klReductionFromPool : nil,
      selected: .init(drawn, copied, budget), parts: drawn.records(names: names),
      shuffleSeed: settings.outputs.shuffleSeed, shards: ShardRecord.shards(of: output),
      remainder: RemainderRecord.of(remainder),
      timings: clock.timings(threadCount: settings.reading.threadCount))
    manifest.selected.countTargetDocuments(selection, fitted.targetTexts)
    // All files are whole and on the disk before the first gets its name; the manifest comes last.
    try outputs.commit(output, remainder, rejects, outputs.write(manifest))
    return manifest
  }

  /// The passes over the pool: fit, weigh and copy, and where they are needed storing a pipe, measuring, and the
  /// remainder.
  private func passCount(_ pool: Inputs) -> Int {
    var count = 3 + pool.spoolPassCount
    if case .fixed = settings.draw.temperature {} else { count += 1 }
    if settings.outputs.remainder != nil { count += 1 }
    return count
  }

  func begin(_ step: Step, _ input: Inputs, _ pass: ProgressMeter.PassChange) {
    progress.begin(step, totalStoredByteCount: input.totalStoredByteCount, pass: pass)
  }

  func workers() -> DocumentWorkers { settings.reading.workers(progress) }
}
