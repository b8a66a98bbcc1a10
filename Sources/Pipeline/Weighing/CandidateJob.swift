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
    settings.tokensField = wanted.tokensField
    settings.stratify = wanted.stratify
    settings.replay = wanted.replay
    settings.additions = job.settings.additions
    settings.keep(for: job.models.pool.model.eligible)
  }

  /// Weighs the documents of shards, and keeps the candidates among them.
  func candidates(_ shards: [Shard], _ weighed: inout Weighed) throws -> (CandidateFile, PassReport)
  {
    let model = job.model
    try checkRoom(shards)
    var kept = DrawBuffers(plan)
    var excluded = ExcludedBuffers(kept.plan)
    var workers = job.workers
    let strata = settings.stratify.map { [$0] } ?? []
    let fields = strata + (settings.tokensField.map { [$0] } ?? [])
    workers.fields = fields + (model.addition?.scales.terms.map(\.field) ?? [])
    let tokensField = settings.tokensField.map { (index: strata.count, path: $0) }
    let step = DrawStep(
      workers: workers, plan: kept.plan, temperatures: temperatures,
      emptyCounts: Divergence.emptyCounts(bucketCount: model.features.bucketCount),
      stratumField: settings.stratify == nil ? nil : 0)
    let exclusion = exclusion
    let (outcome, report) = try step.run(shards, into: &kept, &excluded) {
      var reader = ModelWeightReader(model, exclusion, firstField: fields.count)
      reader.tokensField = tokensField
      return reader
    }
    weighed.outcome.documentCount += report.documentCount
    weighed.outcome.tokenCount += outcome.countedTokenCount
    weighed.report.add(report)
    func ofShards(_ counts: [Int]) -> [Int] {
      counts + Array(repeating: 0, count: shards.count - counts.count)
    }
    let numbers = strataFound(outcome)
    let (groups, found) = candidates(kept.parted(), outcome, numbers)
    var file = CandidateFile(
      settings: settings, shards: job.pool.corrected(report, of: shards).inputs,
      documentCount: report.documentCount, eligibleCount: outcome.eligibleCount,
      eligibleSize: settings.unit.size(of: outcome.eligible),
      overMaximumCounts: ofShards(outcome.overMaximumCounts),
      underWeightCounts: ofShards(outcome.underWeightCounts),
      eligibleCounts: wanted.keepsKeysOnly
        ? ofShards(outcome.eligibleOfShards.map(\.documentCount)) : nil,
      eligibleSizes: ofShards(outcome.eligibleOfShards.map { settings.unit.size(of: $0) }),
      poolDocumentCount: job.models.pool.model.inputDocumentCount,
      candidates: groups, strata: found,
      excluded: stored(excluded, numbers))
    let texts = PoolTexts(
      shards: shards, workers: job.settings.reading.workers(job.workers.progress))
    if file.header.hasTokens {
      try file.addTokens(texts, model.features.tokenizer, room)
    }
    if file.header.hasFeatures { try addFeatures(to: &file, shards) }
    return (file, report)
  }

  /// The plan by which candidates are kept.
  private var plan: DrawPlan {
    var recipe = DrawRecipe(
      draw: wanted.draw, temperatures: temperatures, seeds: [settings.seed])
    guard settings.isDivided else {
      return recipe.plan(settings.keptBudget(count: wanted.count))
    }
    // How the draw will be divided isn't known yet.
    recipe.strata = strata.map { Strata(names: $0, shares: Apportionment(counts: [1])) }
    recipe.targetCount = settings.targetCount
    recipe.replay = settings.replay
    recipe.copiesMayDiffer = !settings.additions.isEmpty
    return recipe.planApart { settings.keptBudgets(count: wanted.count, target: $0) }
  }

  private var temperatures: [Double] {
    Array(repeating: settings.temperature, count: settings.targetCount)
  }

  /// The numbers of the strata that have eligible documents; one without strata.
  private func strataFound(_ outcome: DrawStep.Outcome) -> [Int] {
    guard strata != nil else { return [0] }
    let groups = outcome.eligibleOfGroups
    return stride(from: 0, to: groups.count, by: settings.roleCount)
      .filter { groups[$0].documentCount > 0 }.map { $0 / settings.roleCount }
  }

  /// The candidates of the strata that have eligible documents.
  ///
  /// - Parameter numbers: of these strata.
  private func candidates(
    _ groups: [CandidateGroup], _ outcome: DrawStep.Outcome, _ numbers: [Int]
  ) -> ([CandidateGroup], CandidateStrata?) {
    guard let strata else { return (groups, nil) }
    var found = CandidateStrata()
    var kept: [CandidateGroup] = []
    for number in numbers {
      let first = number * settings.roleCount
      let eligible = outcome.eligibleOfGroups[first]
      _ = found.add(
        strata[number], count: eligible.documentCount, size: settings.unit.size(of: eligible))
      kept += groups[first..<(first + settings.roleCount)]
    }
    return (kept, found)
  }

  /// Excluded documents with the words of their reasons.
  ///
  /// - Parameter numbers: of the strata that have eligible documents.
  private func stored(_ excluded: ExcludedBuffers, _ numbers: [Int]) -> CandidateFile.Excluded {
    var stored = CandidateFile.Excluded()
    guard let exclusion, !excluded.isEmpty else { return stored }
    let groups = excluded.buffers.parted()
    for (stratum, number) in numbers.enumerated() {
      for target in 0..<settings.roleCount {
        for candidate in groups[number * settings.roleCount + target].kept() {
          guard let match = excluded.match(candidate) else { continue }
          stored.add(
            candidate, exclusion.reason(of: match),
            CandidateRole(stratum: stratum, target: target))
        }
      }
    }
    return stored
  }

  /// Reads the candidates again, for the choice of a set.
  ///
  /// - Parameter shards: in the order of the file.
  private func addFeatures(to file: inout CandidateFile, _ shards: [Shard]) throws {
    let reading = job.settings.reading
    let source = PoolFeatures(
      shards: shards, workers: reading.workers(job.workers.progress),
      features: job.model.features)
    try file.addFeatures(
      job.models.targets.map { TargetProfile($0.stored.model.counts) }, room
    ) {
      try source.read($0, of: $1, into: $2)
    }
  }

  /// Notes the total number of candidates that are kept, and of excluded documents.
  func record(keptCount: Int, excludedCount: Int, in weighed: inout Weighed) {
    weighed.hasSampleSizes = false
    weighed.candidates = WeighReport.Candidates(
      count: wanted.count, unit: wanted.unit == .documents ? nil : wanted.unit.rawValue,
      tokensField: wanted.tokensField,
      stratify: wanted.stratify, strata: strata?.count { $0 != "" }, kept: keptCount,
      seed: wanted.seed,
      temperature: settings.temperature, topK: settings.topK,
      minTokens: settings.minimumTokenCount, maxTokens: settings.maximumTokenCount,
      minWeight: settings.minimumLogWeight,
      objective: settings.objective == .weight ? nil : settings.objective.rawValue,
      replay: wanted.replay > 0 ? wanted.replay : nil,
      excluded: exclusion == nil ? nil : excludedCount,
      keysOnly: wanted.keepsKeysOnly ? true : nil, nearDuplicates: wanted.nearDuplicates)
  }
}

extension WeighJob {
  /// The settings of a file of candidates.
  fileprivate func candidateSettings(
    _ wanted: WeighSettings.CandidateSettings
  ) -> CandidateFile.Settings {
    let estimator = settings.estimator
    var result = CandidateFile.Settings(
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
    if models.targets.count > 1 {
      result.targets = models.targets.map {
        .init(name: $0.name ?? "", model: $0.stored.contentHash)
      }
    }
    return result
  }
}
