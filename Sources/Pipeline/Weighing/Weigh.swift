internal import Featurizing
internal import Files
internal import Platform
internal import Reading
internal import Weighting
package import Writing

/// Gives every document of a pool its log importance weights: `dsel weigh`.
package struct Weigh: Sendable {
  let settings: WeighSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: WeighSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// - Returns: the report, which has already been written if that was requested.
  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
  package func run() throws -> WeighReport {
    let clock = StepClock()
    var pool = try Inputs(
      settings.pool, settings.reading, canBeAllowed: settings.candidates == nil)
    if settings.flushedCount != nil { try pool.checkHasLines() }
    let models = try StoredModels(
      targets: settings.targetModels, pool: settings.poolModel, settings.estimator,
      settings.reading)
    let candidates = settings.candidates?.decided(for: models)
    let evaluation = try Inputs(candidates?.exclude.paths ?? [], settings.reading)
    let outputs = try RunOutputs(
      .of(
        try settings.outputPaths(of: pool.shards), rejects: settings.rejects,
        manifest: settings.manifest, replaces: settings.replacesOutputs),
      inputs: pool.shards + models.shards + evaluation.shards, registry: registry)
    let exclusion = try exclusion(
      candidates?.exclude ?? ExcludeSettings(), evaluation, models, clock)
    let passCount = 1 + (candidates?.rereadCount(targetCount: models.targets.count) ?? 0)
    let spools = settings.rejects != nil || passCount > 1
    progress.plan(passCount: passCount + (spools ? pool.spoolPassCount : 0))
    if spools {
      try clock.time(.spool) { try pool.spool(settings.reading, progress, isPass: true) }
    }
    let model = try clock.time(.train) {
      progress.begin(.train, totalStoredByteCount: nil)
      return try models.weighingModel(
        settings.estimator, settings.additions, threadCount: settings.reading.threadCount)
    }
    let strata = try strata(candidates, pool, clock)
    var weighed = try clock.time(.weigh) {
      progress.begin(.weigh, totalStoredByteCount: pool.totalStoredByteCount, pass: .next)
      return try mode(candidates, exclusion, strata, models, model, pool).weigh(pool.shards)
    }
    weighed.report = pool.corrected(weighed.report)

    let rejects = try outputs.writeRejects(
      [(pool, weighed.report)], limits: settings.reading.limits, progress: progress)
    let report = WeighReport(
      settings, models, weighed, model.addition,
      clock.timings(threadCount: settings.reading.threadCount, settings.command))
    try outputs.commit(weighed.files, rejects, outputs.write(report))
    return report
  }

  /// What documents are excluded for; nil if none are.
  private func exclusion(
    _ wanted: ExcludeSettings, _ evaluation: Inputs, _ models: StoredModels, _ clock: StepClock
  ) throws -> Exclusion? {
    var exclusion = try Exclusion(
      wanted, evaluation, settings.reading, models.pool.model.settings.tokenizer, progress,
      clock)
    guard wanted.excludesTarget else { return exclusion }
    var hashes: [UInt64] = []
    for target in models.targets {
      guard let texts = target.stored.model.texts else {
        throw PipelineError.exclusion(.noTexts(path: target.stored.path))
      }
      hashes += texts
    }
    exclusion?.targetTexts = TextHashes(hashes)
    return exclusion
  }

  /// The strata of the pool; nil without strata.
  private func strata(
    _ candidates: WeighSettings.CandidateSettings?, _ pool: Inputs, _ clock: StepClock
  ) throws -> [ExactString]? {
    guard let field = candidates?.stratify else { return nil }
    return try clock.time(.countStrata) {
      progress.begin(
        .countStrata, totalStoredByteCount: pool.totalStoredByteCount, pass: .next)
      return try StratumNames.find(field, in: pool.shards, settings.reading.workers(progress))
    }
  }

  /// The requested kind of results.
  ///
  /// To add one, write a ``WeighMode`` and name it here.
  private func mode(
    _ candidates: WeighSettings.CandidateSettings?, _ exclusion: Exclusion?,
    _ strata: [ExactString]?, _ models: StoredModels, _ model: WeighingModel,
    _ pool: Inputs
  ) -> any WeighMode {
    var workers = settings.reading.workers(progress)
    workers.hashesContent = true
    workers.keepsRejects = settings.rejects != nil
    let job = WeighJob(
      settings: settings, models: models, model: model, pool: pool, workers: workers,
      registry: registry)
    if let candidates {
      var ofCandidates = CandidateJob(job, candidates, exclusion)
      ofCandidates.strata = strata
      guard let directory = settings.workDirectory else {
        return OneCandidateFile(job: ofCandidates)
      }
      return CandidateDirectory(job: ofCandidates, path: directory)
    }
    if let directory = settings.workDirectory {
      return WeightDirectory(job: job, path: directory)
    }
    return settings.format == .dolma ? DolmaAttributes(job: job) : OneWeightFile(job: job)
  }
}

extension WeighSettings {
  /// The files that get their own names at the end.
  ///
  /// Files in a work directory get theirs earlier.
  fileprivate func outputPaths(of shards: [Shard]) throws -> [String] {
    if workDirectory != nil { return [] }
    guard format == .dolma else { return output?.paths ?? [] }
    return try shards.map { try DolmaAttributes.makePath(for: $0) }
  }
}

extension Inputs {
  /// Refuses rows, which are read by the page.
  fileprivate func checkHasLines() throws(PipelineError) {
    for (number, shard) in shards.enumerated() where shard.isRereadable {
      if try !hasLines(number) { throw .output(.rows(path: shard.name, .flushedWeights)) }
    }
  }
}

extension WeighSettings.CandidateSettings {
  /// The settings with an objective.
  fileprivate func decided(for models: StoredModels) -> Self {
    var decided = self
    let isUsual = models.pool.model.settings.maximumOrder == FeatureSettings().maximumOrder
    decided.objective = objective ?? (isUsual || keepsKeysOnly ? .set : .weight)
    if decided.objective == .set { decided.logisticShare = 0 }
    return decided
  }
}
