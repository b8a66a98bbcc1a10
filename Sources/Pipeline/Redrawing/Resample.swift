internal import Files
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// Draws by weights that are there already: `dsel resample`.
package struct Resample: Sendable {
  let settings: ResampleSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: ResampleSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// What was drawn, from what.
  struct Redrawn {
    var outcome: Drawn
    var recipe: DrawRecipe
    var budget: Budget
    /// The files of weights or candidates; nil where weights are in the pool.
    var inputs: [InputRecord]?
    var documentCount: Int
    /// The documents of each shard of the pool, where they are known.
    var documentCounts: [Int]?
    /// Lines of weights of each shard of the pool, where there are such.
    var weightCounts: [Int]?
    /// Documents that the pool's model counted and candidates don't know; nil where it isn't known.
    var missingCount: Int?
    /// Documents of the candidates that the pool's model didn't count.
    var uncountedCount: Int?
    /// Of the pool, where it was read as a whole.
    var poolReport: PassReport?
    /// nil where it isn't known any more.
    var underMinimumCount: Int?
    /// The field that was weighed, where that is known.
    var textField: String?
    /// False where only the candidates are known.
    var hasSpread = true
  }

  /// - Returns: what was done; it has been written already where that was asked for.
  /// - Throws: ``PipelineError``. Then no output is there under its final name, but an older one untouched.
  package func run() throws -> ResampleManifest {
    let clock = StepClock()
    var pool: Inputs
    var stored: Inputs?
    // Documents are where weights and candidates say: a file that is there twice has them once.
    let reading = settings.reading
    switch settings.source {
    case .weights(let paths, _, _):
      pool = try Inputs(settings.pool, reading, canBeAllowed: false)
      stored = try Inputs(paths, reading)
    case .candidates(let paths, _, _):
      pool = try Inputs(settings.pool, reading, canBeAllowed: false)
      stored = try Inputs(paths, reading, canBeAllowed: false)
    case .fields: pool = try Inputs(settings.pool, reading)
    }
    let outputs = try RunOutputs(
      outputSettings, inputs: pool.shards + (stored?.shards ?? []), registry: registry)
    progress.plan(passCount: passCount(pool, stored))
    try clock.time(.spool) {
      try pool.spool(settings.reading, progress, isPass: true)
      try stored?.spool(settings.reading, progress, isPass: true)
    }

    let begin = ContinuousClock.now
    let drawn: Redrawn
    switch settings.source {
    case .weights(_, let target, let size):
      drawn = try PipelineError.inWeights {
        try drawByWeights(stored ?? pool, target, size, pool)
      }
    case .candidates(_, let count, _):
      drawn = try drawCandidates(stored?.shards ?? [], count, pool)
    case .fields(let fields, let size, _): drawn = try drawByFields(fields, size, pool)
    }
    clock.add(.weigh, since: begin)

    let copyBegin = ContinuousClock.now
    var sink = try outputs.openOutput()
    var copied = CopyStep.Outcome()
    var epochs: [ResampleManifest.Epoch] = []
    var chosen: Set<Position> = []
    var remaining: [Candidate] = []
    for (number, seed) in drawn.recipe.seeds.enumerated() {
      let documents = drawn.outcome.documents(epoch: number)
      progress.begin(.copy, totalStoredByteCount: nil, pass: .next)
      let epoch = try copy(
        documents, number, pool, textField: drawn.textField ?? reading.textField, into: &sink)
      epochs.append(
        ResampleManifest.Epoch(
          seed: seed, documents: epoch.documentCount, tokens: epoch.tokenCount,
          bytes: epoch.byteCount))
      copied.add(epoch)
      guard settings.source.remainder != nil else { continue }
      remaining += documents.lazy.map(\.candidate).filter { chosen.insert($0.position).inserted }
    }
    let output = try outputs.close(&sink)
    let rejects = try outputs.writeRejects(
      [(stored ?? pool, drawn.outcome.report)], limits: settings.reading.limits,
      progress: progress)
    let remainder = try writeRemainder(
      of: remaining.sorted { $0.position < $1.position }, in: pool, drawn, outputs)
    clock.add(.copy, since: copyBegin)

    let manifest = manifest(
      drawn, copied, epochs, pool, output, remainder,
      clock.timings(threadCount: settings.reading.threadCount))
    try outputs.commit(output, remainder, rejects, outputs.write(manifest))
    return manifest
  }

  /// The passes over the pool or the weights: storing pipes, finding sizes, counting strata, the draw, and copying each
  /// epoch and the remainder.
  private func passCount(_ pool: Inputs, _ stored: Inputs?) -> Int {
    var count = pool.spoolPassCount + (stored?.spoolPassCount ?? 0) + settings.epochCount
    switch settings.source {
    case .candidates: break
    case .weights(_, _, let size), .fields(_, let size, _):
      count += settings.needsSizePass(size) ? 2 : 1
    }
    if settings.stratify != nil { count += 1 }
    if settings.source.remainder != nil { count += 1 }
    return count
  }

  private var outputSettings: OutputSettings {
    var outputs = settings.outputs
    outputs.remainder = settings.source.remainder
    return outputs
  }

  private func copy(
    _ documents: [DrawnDocument], _ epoch: Int, _ pool: Inputs, textField: String,
    into sink: inout any RecordSink & ~Copyable
  ) throws -> CopyStep.Outcome {
    let order = settings.outputs.shuffleSeed.map {
      ShuffleOrder(
        seed: $0, keepsDuplicates: settings.draw.keepsDuplicates, epoch: epoch,
        epochCount: settings.epochCount)
    }
    var weigher: DocumentWeigher?
    return try CopyStep(shards: pool.shards, limits: settings.reading.limits, progress: progress)
      .run(
        documents, textField: textField, weigher: &weigher, annotates: settings.annotates,
        order: order, wasWeighedBefore: !settings.source.isOfPool, into: &sink)
  }

  /// - Returns: nil if the remainder isn't written, as in a draw that doesn't know the numbers of
  ///   documents: see ``ResampleSettings/Source``.
  private func writeRemainder(
    of chosen: [Candidate], in pool: Inputs, _ drawn: Redrawn, _ outputs: RunOutputs
  ) throws -> FinishedOutput? {
    guard let counts = drawn.documentCounts, var sink = try outputs.openRemainder() else {
      return nil
    }
    progress.begin(
      .remainder, totalStoredByteCount: pool.totalStoredByteCount, pass: .next)
    try RemainderStep(
      shards: pool.shards, textField: drawn.textField ?? settings.reading.textField,
      limits: settings.reading.limits, errorPolicy: settings.reading.errorPolicy,
      skipped: drawn.outcome.report.rejects.map(\.place.position).sorted(),
      wasWeighedBefore: !settings.source.isOfPool, progress: progress
    ).run(chosen: chosen, documentCounts: counts, into: &sink)
    return try outputs.close(&sink)
  }

  private func manifest(
    _ drawn: Redrawn, _ copied: CopyStep.Outcome, _ epochs: [ResampleManifest.Epoch],
    _ pool: Inputs, _ output: borrowing FinishedOutput, _ remainder: borrowing FinishedOutput?,
    _ timings: RunTimings
  ) -> ResampleManifest {
    let (weighed, recipe) = (drawn.outcome.weighed, drawn.recipe)
    let spread = drawn.hasSpread ? weighed.spreads[0] : nil
    return ResampleManifest(
      dselVersion: settings.version, seed: recipe.draw.seed,
      settings: .init(settings, recipe, drawn.budget, textField: drawn.textField),
      inputs: drawn.inputs,
      pool: poolRecords(pool, drawn), documents: drawn.documentCount,
      missingDocuments: drawn.missingCount, uncountedDocuments: drawn.uncountedCount,
      skippedLines: drawn.outcome.report.skippedByReason,
      eligibleDocuments: weighed.eligibleCount, underMinTokens: drawn.underMinimumCount,
      outsideMixture: settings.stratify == nil ? nil : weighed.outsideCount,
      effectiveSampleSize: spread?.effectiveSampleSize.value,
      overlapWithTopK: drawn.hasSpread ? drawn.outcome.overlap(recipe) : nil,
      weightLengthCorrelation: spread?.correlation.value,
      selected: .init(drawn.outcome, copied, drawn.budget), epochs: epochs,
      parts: drawn.outcome.records(names: [nil]), shuffleSeed: settings.outputs.shuffleSeed,
      shards: ShardRecord.shards(of: output), remainder: RemainderRecord.of(remainder),
      timings: timings)
  }
}

extension Resample {
  private func poolRecords(_ pool: Inputs, _ drawn: Redrawn) -> [ResampleManifest.Pool] {
    pool.shards.enumerated().map { number, shard in
      let found = drawn.poolReport?.shards[number]
      return ResampleManifest.Pool(
        path: shard.name, bytes: shard.status.byteCount, documents: found?.documentCount,
        weights: drawn.weightCounts?[number], skippedLines: found?.skippedRecord)
    }
  }
}

extension ResampleManifest.Settings {
  fileprivate init(
    _ settings: ResampleSettings, _ recipe: DrawRecipe, _ budget: Budget, textField: String?
  ) {
    var (target, fields): (String?, [ExactString: Double]?) = (nil, nil)
    switch settings.source {
    case .weights(_, let name, _):
      source = "weights"
      target = name
    case .candidates: source = "candidates"
    case .fields(let weights, _, _):
      source = "fields"
      fields = Dictionary(
        weights.map { (ExactString($0.field), $0.scale) }, uniquingKeysWith: +)
    }
    self.target = target
    self.fields = fields
    size = [ExactString(budget.unit): Double(budget.amount)]
    topK = !recipe.draw.addsNoise
    temperature = recipe.temperatures[0]
    logisticShare = recipe.draw.logisticShare
    minTokens = recipe.draw.minimumTokenCount
    duplicates = recipe.draw.keepsDuplicates ? "keep" : "drop"
    replay = recipe.replay
    stratify = settings.stratify?.field
    mixture = settings.stratify?.mixture
    mixtureTemperature = settings.stratify?.temperature
    fill = settings.stratify?.fills
    self.textField = textField ?? settings.reading.textField
    onError = settings.reading.errorPolicy == .skip ? "skip" : "fail"
    withoutRepeats = settings.areEpochsDisjoint
    allowMissing = settings.allowsMissing
    compress = settings.outputs.container.rawValue
  }
}
