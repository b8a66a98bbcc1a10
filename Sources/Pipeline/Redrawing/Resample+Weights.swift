internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Draws by files of weights.
extension Resample {
  func drawByWeights(
    _ stored: Inputs, _ target: String?, _ size: SelectionSize, _ pool: Inputs
  ) throws -> Redrawn {
    var reading = settings.reading
    reading.textField = TextField(StoredWeightReader.textField)
    var workers = reading.workers(progress)
    workers.fields = StoredWeightReader.fields(target: target)
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil
    let finder = ShardFinder(pool.shards)
    // A file of a blend has log odds in every line.
    let hasLogOdds = try haveLogOdds(stored, target)
    var recipe = recipe(seed: settings.draw.seed)
    if !hasLogOdds { recipe.draw.logisticShare = 0 }
    let usesLogOdds = recipe.draw.logisticShare > 0
    let budget = try budget(size, stored, workers, &recipe) {
      StoredWeightReader(target: target, shards: finder, usesLogOdds: usesLogOdds)
    }
    recipe.copiesMayDiffer = true
    let statistics = statisticsPlan
    var draw = Draw(workers: workers, recipe: recipe, budget: budget)
    draw.statistics = statistics
    let places = WeighedPlaces(shardCount: pool.shards.count)
    begin(.draw, stored)
    let outcome = try draw.run(stored.shards) {
      StoredWeightReader(target: target, shards: finder, usesLogOdds: usesLogOdds, places: places)
    }
    guard outcome.report.documentCount > 0 else {
      throw PipelineError.input(.empty(role: .weights, skippedLines: outcome.report.skippedCount))
    }
    try check(places, outcome, pool)
    var redrawn = Redrawn(
      outcome: outcome, recipe: recipe, budget: budget,
      inputs: stored.corrected(outcome.report).inputRecords,
      documentCount: outcome.report.documentCount, weightCounts: places.counts,
      underMinimumCount: outcome.weighed.underMinimumCount,
      overMaximumCount: outcome.weighed.overMaximumCount,
      underWeightCount: outcome.weighed.underWeightCount
    ) { [workers] positions in
      try PipelineError.inWeights {
        try StoredWeights.read(positions, from: stored.shards, isOfPool: false, workers) {
          StoredWeightReader(target: target, shards: finder, usesLogOdds: false)
        }
      }
    }
    redrawn.statistics = statistics
    redrawn.survey = { [workers] step in
      var step = step
      step.workers = workers
      return try PipelineError.inWeights {
        try step.run(stored.shards) {
          StoredWeightReader(target: target, shards: finder, usesLogOdds: usesLogOdds)
        }
      }
    }
    return redrawn
  }

  /// Whether the files of weights have log odds, according to the first line of each.
  ///
  /// - Throws: ``PipelineError`` if weights are for other targets than the requested one, or if
  ///   only some of them have log odds.
  private func haveLogOdds(_ stored: Inputs, _ target: String?) throws -> Bool {
    let fields = StoredWeightReader.fields(target: target)
    var known: (hasLogOdds: Bool, path: String)?
    for shard in stored.shards {
      // If the file has no document, the pass will report the fault of its lines.
      guard let values = try firstFields([fields[5], fields[6], "log_weight"], of: shard) else {
        continue
      }
      let hasNames = values[2] == .other
      if let target, !hasNames || values[0] == .missing {
        throw PipelineError.weights(.unknownTarget(path: shard.name, name: target))
      }
      if target == nil, hasNames {
        throw PipelineError.weights(.noTargetChosen(path: shard.name))
      }
      let hasLogOdds = values[1] != .missing
      if let known, known.hasLogOdds != hasLogOdds {
        let (with, without) = hasLogOdds ? (shard.name, known.path) : (known.path, shard.name)
        throw PipelineError.weights(.mixedWeights(path: with, otherPath: without))
      }
      known = known ?? (hasLogOdds, shard.name)
    }
    if let known, !known.hasLogOdds, settings.asksForLogOdds {
      throw PipelineError.weights(.noLogOdds(path: known.path))
    }
    return known?.hasLogOdds ?? false
  }

  /// The fields of the first document in a file's first chunk; nil if there is none.
  private func firstFields(_ fields: [String], of shard: Shard) throws -> [FieldValue]? {
    let request = DocumentRequest(
      textField: TextField(StoredWeightReader.textField), fields: fields)
    var values: [FieldValue]?
    do {
      var scan = try RecordScan(shard, number: 0, request, settings.reading.limits)
      guard try scan.nextChunk() else { return nil }
      while try values == nil && scan.next() != nil {
        do { try scan.withText { _, fields in values = fields } } catch is InvalidLine {}
      }
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    } catch let error as SystemError {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    return values
  }
}
