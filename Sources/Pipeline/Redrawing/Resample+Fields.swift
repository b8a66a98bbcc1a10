internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Draws by numbers in the pool's own lines.
extension Resample {
  func drawByFields(
    _ fields: [FieldWeight], _ size: SelectionSize, _ pool: Inputs
  ) throws -> Redrawn {
    do { return try drawByFields(fields, size, pool, origins: nil) } catch is LargeNumbers {
      var workers = settings.reading.workers(progress)
      workers.fields = fields.map(\.field)
      let (found, _) = try workers.run(pool.shards) { FieldOrigins(fields) }
      let origins = FieldOrigins.origins(found, of: fields)
      return try drawByFields(fields, size, pool, origins: origins)
    }
  }

  private func drawByFields(
    _ fields: [FieldWeight], _ size: SelectionSize, _ pool: Inputs, origins: [WideNumber]?
  ) throws -> Redrawn {
    var workers = settings.reading.workers(progress)
    let windows = settings.windows
    let tokensField = settings.tokensField
    workers.fields = FieldWeightReader.names(fields, windows, tokensField)
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil || settings.source.remainder != nil
    let countsTokens = settings.countsTokens(size)
    let makeReader: @Sendable () -> FieldWeightReader = {
      FieldWeightReader(
        fields, windows, tokensField: tokensField, origins: origins, countsTokens: countsTokens)
    }
    var recipe = recipe(seed: settings.draw.seed)
    recipe.draw.logisticShare = 0
    recipe.copiesMayDiffer = true
    var stratumField: Int?
    if let stratify = settings.stratify {
      recipe.strata = try stratify.strata(try eligibleCounts(stratify, pool, makeReader))
      stratumField = workers.fields.count
      workers.fields.append(stratify.field)
    }
    let budget = try budget(
      size, pool, workers, &recipe, stratumField: stratumField, makeReader)
    let statistics = statisticsPlan
    let draw = Draw(
      workers: workers, recipe: recipe, budget: budget, fills: settings.stratify?.fills ?? false,
      stratumField: stratumField, statistics: statistics)
    begin(.draw, pool)
    let outcome = try draw.run(pool.shards, makeReader: makeReader)
    guard outcome.report.documentCount > 0 else {
      throw PipelineError.input(.empty(role: .pool, skippedLines: outcome.report.skippedCount))
    }
    var redrawn = Redrawn(
      outcome: outcome, recipe: recipe, budget: budget, inputs: nil,
      documentCount: outcome.report.documentCount,
      documentCounts: outcome.report.shards.map(\.documentCount), poolReport: outcome.report,
      underMinimumCount: outcome.weighed.underMinimumCount,
      overMaximumCount: outcome.weighed.overMaximumCount,
      underWeightCount: outcome.weighed.underWeightCount
    ) { [workers] positions in
      try StoredWeights.read(
        positions, from: pool.shards, isOfPool: true, workers, makeReader: makeReader)
    }
    redrawn.statistics = statistics
    redrawn.survey = { [workers, settings, stratumField] step in
      var step = step
      step.workers = workers
      step.stratumField = stratumField
      step.domainField = settings.report?.domainField.map { _ in workers.fields.count }
      step.workers.fields += settings.report?.domainField.map { [$0] } ?? []
      if let idField = settings.report?.idField {
        step.shownFields = SurveyStep.ShownFields(id: step.workers.fields.count)
        step.workers.fields.append(idField)
        step.workers.countsLines = true
      }
      return try step.run(pool.shards) {
        FieldWeightReader(
          fields, windows, tokensField: tokensField, origins: origins, countsTokens: true)
      }
    }
    return redrawn
  }

  /// The number of eligible documents by stratum.
  private func eligibleCounts(
    _ stratify: StratifySettings, _ pool: Inputs,
    _ makeReader: @escaping @Sendable () -> FieldWeightReader
  ) throws -> [ExactString: Int] {
    var workers = settings.reading.workers(progress)
    let ownFields = makeReader().fieldNames
    workers.fields = ownFields + [stratify.field]
    let lengths = settings.draw.lengths
    begin(.countStrata, pool)
    let (results, _) = try workers.run(pool.shards) {
      StratumCounter(makeReader(), field: ownFields.count, lengths: lengths)
    }
    var counts: [ExactString: Int] = [:]
    for result in results { counts.merge(result, uniquingKeysWith: +) }
    guard counts.count <= FitStep.mostStrata else {
      throw PipelineError.strata(.tooManyStrata(limit: FitStep.mostStrata))
    }
    return counts
  }
}
