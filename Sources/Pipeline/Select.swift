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

    let tables = UnicodeTables()
    let fitted = try await fit(targets, pool, tables, &clock)
    let floor = settings.compatibility?.weightFloor ?? 0
    let targetModel = Model(
      fitted.target.counts, pseudocount: settings.targetPseudocount, floor: floor)
    let poolModel = Model(fitted.pool.counts, pseudocount: settings.pseudocount, floor: floor)

    let weigh = WeighStep(
      workers: workers(), features: settings.features, tables: tables,
      logRatios: LogRatioTable(target: targetModel, pool: poolModel), draw: settings.draw)
    let documentCount = fitted.pool.report.documentCount
    let budget = settings.size.budget(documentCount: documentCount)
    var candidates = Candidates(
      budget: budget, joinsCopies: !settings.draw.keepsDuplicates, expectedCount: documentCount)
    begin(.weigh, pool)
    let weighBegin = ContinuousClock.now
    let weighed = try await weigh.run(pool.shards, into: &candidates)
    let selection = candidates.draw()
    clock.add(.weigh, since: weighBegin)

    let copyBegin = ContinuousClock.now
    progress.begin(.copy, totalStoredByteCount: nil)
    var featurizer = Featurizer(settings.features, tables: tables)
    var writer = try opening { () throws(WritingError) in
      try LineWriter(
        settings.output, container: settings.container, replaces: settings.replacesOutputs,
        registry: registry)
    }
    let copied = try CopyStep(shards: pool.shards, limits: settings.limits, progress: progress).run(
      selection.documents, textField: settings.textField, featurizer: &featurizer,
      annotates: settings.annotates, into: &writer)
    let output = try close(writer)
    let rejects = try writeRejects(
      [(targets, fitted.target.report), (pool, fitted.pool.report)])
    clock.add(.copy, since: copyBegin)

    let target = divergenceModel(fitted.target.counts, pseudocount: settings.targetPseudocount)
    let before = target.divergence(
      from: divergenceModel(fitted.pool.counts, pseudocount: settings.pseudocount))
    // What has no token has a distribution only if it is smoothed.
    let isComparable =
      !selection.documents.isEmpty && (settings.pseudocount > 0 || copied.counts.featureCount > 0)
    let after =
      isComparable
      ? target.divergence(from: divergenceModel(copied.counts, pseudocount: settings.pseudocount))
      : nil
    let manifest = SelectManifest(
      dsel_version: settings.version, seed: settings.draw.seed, settings: .init(settings),
      target: .init(fitted.target.counts, fitted.target.report),
      pool: .init(fitted.pool.counts, fitted.pool.report),
      eligible_documents: weighed.eligibleCount, under_min_tokens: weighed.underMinimumCount,
      effective_sample_size: weighed.effectiveSampleSize.value, kl_target_pool: before,
      kl_target_selected: after, kl_reduction: after.map { before - $0 },
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
    var counts: FeatureCounts
    var report: PassReport
  }

  private func workers() -> DocumentWorkers {
    DocumentWorkers(
      threadCount: settings.threadCount, textField: settings.textField, limits: settings.limits,
      errorPolicy: settings.errorPolicy, progress: progress)
  }

  private func fit(
    _ targets: Input, _ pool: Input, _ tables: UnicodeTables, _ clock: inout StepClock
  ) async throws -> (target: Fitted, pool: Fitted) {
    var workers = workers()
    workers.hashesContent = true
    workers.keepsRejects = settings.rejects != nil
    let step = FitStep(workers: workers, features: settings.features, tables: tables)
    var fitted: [Fitted] = []
    for (input, name, role) in [
      (targets, Step.fitTarget, PipelineError.Role.target), (pool, Step.fitPool, .pool),
    ] {
      begin(name, input)
      let begin = ContinuousClock.now
      let (counts, report) = try await step.run(input.shards)
      clock.add(name, since: begin)
      guard counts.documentCount > 0 else {
        throw PipelineError.empty(role: role, skippedLines: report.skippedCount)
      }
      guard counts.featureCount > 0 else { throw PipelineError.noTokens(role: role) }
      fitted.append(Fitted(counts: counts, report: input.corrected(report)))
    }
    return (fitted[0], fitted[1])
  }

  /// What KL divergences are taken between.
  private func divergenceModel(_ counts: FeatureCounts, pseudocount: Double) -> Model {
    guard let compatibility = settings.compatibility else {
      return Model(counts, pseudocount: pseudocount)
    }
    return Model(counts, pseudocount: 0, floor: compatibility.divergenceFloor)
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

extension SelectManifest.Selected {
  init(_ selection: Selection, _ copied: CopyStep.Outcome, _ budget: Budget) {
    let unit =
      switch budget {
      case .documents: "documents"
      case .tokens: "tokens"
      case .bytes: "bytes"
      }
    self.init(
      documents: selection.documents.count, tokens: copied.counts.tokenCount,
      features: Int(copied.counts.featureCount), bytes: copied.byteCount,
      shortfall: selection.shortfall, shortfall_unit: unit, all_eligible: selection.isExhausted,
      dropped_copies: copied.copyCount, threshold_key: selection.thresholdKey)
  }
}
