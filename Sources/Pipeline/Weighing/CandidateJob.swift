internal import Choosing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Keeps the documents of shards that a draw may need, instead of all weights.
struct CandidateJob {
  var job: WeighJob
  var wanted: WeighSettings.CandidateSettings
  var settings: CandidateFile.Settings
  /// What documents are excluded for; nil if none are.
  var exclusion: Exclusion?
  /// The values of the field of strata, in the order of their bytes; nil without strata.
  var strata: [ExactString]?

  init(
    _ job: WeighJob, _ wanted: WeighSettings.CandidateSettings, _ exclusion: Exclusion?
  ) {
    self.job = job
    self.wanted = wanted
    self.exclusion = exclusion
    settings = job.candidateSettings(wanted)
    settings.exclusion = exclusion.map { CandidateExclusion($0) }
    settings.nearDuplicates = wanted.nearDuplicates
    settings.unit = wanted.unit
    settings.stratify = wanted.stratify
    settings.keep(for: job.models.pool.model.eligible)
  }

  /// Weighs the documents of shards, and keeps the candidates among them.
  func candidates(_ shards: [Shard], _ weighed: inout Weighed) throws -> (CandidateFile, PassReport)
  {
    let model = job.model
    var kept = DrawBuffers(plan)
    var excluded = ExcludedBuffers(kept.plan)
    var workers = job.workers
    if let field = settings.stratify { workers.fields = [field] }
    let step = DrawStep(
      workers: workers, plan: kept.plan, temperatures: [settings.temperature],
      emptyCounts: Divergence.emptyCounts(bucketCount: model.features.bucketCount),
      stratumField: settings.stratify == nil ? nil : 0)
    let exclusion = exclusion
    let (outcome, report) = try step.run(shards, into: &kept, &excluded) {
      ModelWeightReader(model, exclusion)
    }
    weighed.outcome.documentCount += report.documentCount
    weighed.outcome.tokenCount += outcome.tokenCount
    weighed.report.add(report)
    func ofShards(_ counts: [Int]) -> [Int] {
      counts + Array(repeating: 0, count: shards.count - counts.count)
    }
    let (groups, found) = candidates(kept.parted(), outcome)
    var file = CandidateFile(
      settings: settings, shards: job.pool.corrected(report, of: shards).inputs,
      documentCount: report.documentCount, eligibleCount: outcome.eligibleCount,
      eligibleSize: settings.unit.size(of: outcome.eligible),
      overMaximumCounts: ofShards(outcome.overMaximumCounts),
      underWeightCounts: ofShards(outcome.underWeightCounts),
      eligibleCounts: wanted.keepsKeysOnly ? ofShards(outcome.eligibleCounts) : nil,
      eligibleSizes: ofShards(
        settings.unit == .tokens ? outcome.eligibleTokenCounts : outcome.eligibleByteCounts),
      poolDocumentCount: job.models.pool.model.counts.documentCount,
      candidates: groups, strata: found, excluded: stored(excluded))
    let texts = PoolTexts(
      shards: shards, workers: job.settings.reading.workers(job.workers.progress))
    if file.header.hasTokens {
      try file.addTokens(
        texts, model.features.tokenizer, job.settings.reading.spoolDirectory)
    }
    if file.header.hasFeatures { try addFeatures(to: &file, shards) }
    return (file, report)
  }

  /// The plan by which candidates are kept.
  private var plan: DrawPlan {
    var recipe = DrawRecipe(
      draw: wanted.draw, temperatures: [settings.temperature], seeds: [settings.seed])
    guard let strata else { return recipe.plan(settings.keptBudget(count: wanted.count)) }
    // How the draw will be divided isn't known yet.
    recipe.strata = Strata(names: strata, shares: Apportionment(counts: [1]))
    let budgets = settings.keptBudgets(count: wanted.count)
    var plan = recipe.plan(strata.map { _ in [budgets.first] })
    for group in plan.groups.indices {
      for arm in plan.groups[group].arms.indices {
        plan.groups[group].arms[arm].budget =
          arm == 0 ? budgets.first : budgets.second ?? budgets.first
      }
    }
    return plan
  }

  /// The candidates of the strata that have eligible documents.
  private func candidates(
    _ groups: [CandidateGroup], _ outcome: DrawStep.Outcome
  ) -> ([CandidateGroup], CandidateStrata?) {
    guard let strata else { return (groups, nil) }
    var found = CandidateStrata()
    var kept: [CandidateGroup] = []
    for (number, eligible) in outcome.eligibleOfGroups.enumerated()
    where eligible.documentCount > 0 {
      _ = found.add(
        strata[number], count: eligible.documentCount, size: settings.unit.size(of: eligible))
      kept.append(groups[number])
    }
    return (kept, found)
  }

  /// Excluded documents with the words of their reasons.
  private func stored(_ excluded: ExcludedBuffers) -> CandidateFile.Excluded {
    var stored = CandidateFile.Excluded()
    guard let exclusion, !excluded.isEmpty else { return stored }
    for candidate in excluded.buffers.parted().flatMap({ $0.kept() }) {
      guard let match = excluded.match(candidate) else { continue }
      stored.add(candidate, exclusion.reason(of: match))
    }
    return stored
  }

  /// Reads the candidates again, for the choice of a set.
  ///
  /// - Parameter shards: in the order of the file.
  private func addFeatures(to file: inout CandidateFile, _ shards: [Shard]) throws {
    let profile = TargetProfile(job.models.targets[0].stored.model.counts)
    let reading = job.settings.reading
    let store = CandidateBytes(
      count: file.candidates.count, directory: reading.spoolDirectory)
    try PoolFeatures(
      shards: shards, workers: reading.workers(job.workers.progress),
      features: job.model.features
    ).read(file.candidates, of: profile, into: store)
    file.header.profile = profile
    file.features = store
  }

  /// Notes the total number of candidates that are kept, and of excluded documents.
  func record(keptCount: Int, excludedCount: Int, in weighed: inout Weighed) {
    weighed.hasSampleSizes = false
    weighed.candidates = WeighReport.Candidates(
      count: wanted.count, unit: wanted.unit == .documents ? nil : wanted.unit.rawValue,
      stratify: wanted.stratify, strata: strata?.count { $0 != "" }, kept: keptCount,
      seed: wanted.seed,
      temperature: settings.temperature, topK: settings.topK,
      minTokens: settings.minimumTokenCount, maxTokens: settings.maximumTokenCount,
      minWeight: settings.minimumLogWeight,
      objective: settings.objective == .weight ? nil : settings.objective.rawValue,
      excluded: exclusion == nil ? nil : excludedCount,
      keysOnly: wanted.keepsKeysOnly ? true : nil, nearDuplicates: wanted.nearDuplicates)
  }
}

extension WeighJob {
  /// The settings of a file of candidates.
  ///
  /// Such a file has one target: see ``WeighSettings/Product``.
  fileprivate func candidateSettings(
    _ wanted: WeighSettings.CandidateSettings
  ) -> CandidateFile.Settings {
    let estimator = settings.estimator
    return CandidateFile.Settings(
      seed: wanted.seed, topK: !wanted.addsNoise, temperature: wanted.temperature,
      count: wanted.count, logisticShare: wanted.logisticShare,
      minimumTokenCount: wanted.minimumTokenCount,
      maximumTokenCount: wanted.maximumTokenCount,
      minimumLogWeight: wanted.minimumLogWeight, estimator: estimator.kind.rawValue,
      normalization: estimator.normalization.rawValue, smoothing: estimator.pseudocount,
      targetSmoothing: estimator.targetPseudocount,
      compatibility: estimator.compatibility?.rawValue,
      targetModel: models.targets[0].stored.contentHash, poolModel: models.pool.contentHash,
      textField: settings.reading.textField, objective: wanted.objective ?? .weight)
  }
}
