internal import Choosing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Makes the manifest of a run.
extension Resample {
  func manifest(
    _ drawn: Redrawn, _ copied: borrowing Copied, _ files: OpenFiles, _ timings: RunTimings
  ) -> ResampleManifest {
    let (weighed, recipe) = (drawn.outcome.weighed, drawn.recipe)
    let spread = drawn.hasSpread ? weighed.spreads[0] : nil
    var record = ResampleManifest.Settings(
      settings, recipe, drawn.budget, drawn.outcome.objective, drawn.base, shares: drawn.shares,
      textField: drawn.textField)
    record.objective.baseXxh3 = drawn.baseHash?.hexadecimal
    return ResampleManifest(
      dselVersion: settings.version, seed: recipe.draw.seed, settings: record,
      inputs: drawn.inputs,
      pool: poolRecords(files.pool, drawn), chosen: drawn.wasChosenBefore ? true : nil,
      documents: drawn.documentCount,
      missingDocuments: drawn.missingCount, uncountedDocuments: drawn.uncountedCount,
      skippedLines: drawn.outcome.report.skippedByReason,
      eligibleDocuments: weighed.eligibleCount, underMinTokens: drawn.underMinimumCount,
      overMaxTokens: recipe.draw.maximumTokenCount.map { _ in drawn.overMaximumCount },
      underMinWeight: recipe.draw.limitsWeights ? drawn.underWeightCount : nil,
      quantileWeights: recipe.draw.minimumQuantile.map { _ in recipe.quantileWeights },
      outsideMixture: settings.stratify == nil ? nil : weighed.outsideCount,
      outsideBetween: settings.windows.isEmpty ? nil : weighed.outsideWindowCount,
      effectiveSampleSize: spread?.effectiveSampleSize.value,
      overlapWithTopK: drawn.hasSpread ? drawn.outcome.overlap(recipe) : nil,
      weightLengthCorrelation: spread?.correlation.value,
      selected: SelectionRecord(drawn.outcome, copied.outcome, drawn.budget),
      excluded: drawn.exclusion.map { exclusion in
        exclusion.record(drawn.excluded.documents) { drawn.excluded.isTarget($0) }
      },
      nearDuplicates: drawn.nearDuplicates?.record, epochs: copied.epochs,
      parts: drawn.outcome.records(names: drawn.targetNames), order: settings.outputs.order,
      shuffleSeed: settings.outputs.shuffleSeed,
      shards: ShardRecord.shards(of: copied.output),
      outputs: files.outputs.records(
        copied.output, remainder: copied.remainder, rejects: copied.rejects,
        excluded: copied.excluded, nearDuplicates: copied.nearDuplicates),
      remainder: RemainderRecord.of(copied.remainder),
      timings: timings)
  }

  private func poolRecords(_ pool: Inputs, _ drawn: Redrawn) -> [ResampleManifest.Pool] {
    pool.shards.enumerated().map { number, shard in
      let found = drawn.poolReport?.shards[number]
      return ResampleManifest.Pool(
        path: shard.name, reader: shard.command?.text, bytes: shard.status.byteCount,
        documents: found?.documentCount,
        weights: drawn.weightCounts?[number], skippedLines: found?.skippedRecord)
    }
  }
}

extension ResampleManifest.Settings {
  fileprivate init(
    _ settings: ResampleSettings, _ recipe: DrawRecipe, _ budget: Budget,
    _ objective: SetObjective?, _ base: BaseSettings?, shares: [ExactString: Double]?,
    textField: TextField?
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
    between =
      settings.windows.isEmpty
      ? nil
      : settings.windows.map { .init(field: $0.field, lowest: $0.lowest, highest: $0.highest) }
    size = [ExactString(budget.unit): Double(budget.amount)]
    tokensField = settings.tokensField
    self.objective = ObjectiveRecord(objective, base)
    topK = !recipe.draw.addsNoise
    temperature = recipe.temperatures[0]
    logisticShare = recipe.draw.logisticShare
    minTokens = recipe.draw.minimumTokenCount
    maxTokens = recipe.draw.maximumTokenCount
    minWeight = recipe.draw.minimumLogWeight
    minQuantile = recipe.draw.minimumQuantile
    duplicates = recipe.draw.keepsDuplicates ? "keep" : "drop"
    replay = recipe.replay
    share = shares
    stratify = settings.stratify?.field
    mixture = settings.stratify?.mixture
    mixtureTemperature = settings.stratify?.temperature
    fill = settings.stratify?.fills
    let field = textField ?? settings.reading.textField
    self.textField = field.expression
    textJoin = field.otherJoint
    onError = settings.reading.errorPolicy == .skip ? "skip" : "fail"
    withoutRepeats = settings.areEpochsDisjoint
    allowMissing = settings.allowsMissing
    annotateWith = settings.statistics.names
    compress = settings.outputs.container.rawValue
  }
}
