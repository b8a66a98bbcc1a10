internal import Reading
internal import Resampling
internal import Weighting

/// Makes the manifest of a run.
extension Select {
  func manifest(
    _ trained: Trained, _ plan: Plan, _ mixture: Mixture, _ search: SizeSearchRecord?,
    _ drawn: Drawn, _ copied: borrowing Copied, _ files: OpenFiles, _ timings: RunTimings
  ) -> SelectManifest {
    let (weighed, isOne) = (drawn.weighed, settings.targets.count == 1)
    let targets = targetRecords(trained, plan, drawn, copied.outcome)
    let first = targets[0]
    var selected = SelectionRecord(drawn, copied.outcome, plan.budget)
    selected.countTargetDocuments(copied.selection, trained.targetTexts)
    var record = SelectManifest.Settings(
      settings, plan.size, temperature: plan.recipe.temperatures[0], trained.model.addition,
      mixture.strata)
    record.objective.baseXxh3 = files.base?.contentHash.hexadecimal
    return SelectManifest(
      dselVersion: settings.version, seed: settings.draw.seed,
      settings: record,
      mixtureEstimate: mixture.record, sizeSearch: search,
      target: isOne ? first.side : nil, targets: isOne ? nil : targets, pool: trained.pool,
      eligibleDocuments: weighed.eligibleCount, underMinTokens: weighed.underMinimumCount,
      overMaxTokens: settings.draw.maximumTokenCount.map { _ in weighed.overMaximumCount },
      quantileWeights: settings.draw.minimumQuantile.map { _ in plan.recipe.quantileWeights },
      underMinWeight: settings.draw.limitsWeights ? weighed.underWeightCount : nil,
      outsideMixture: settings.stratify == nil ? nil : weighed.outsideCount,
      effectiveSampleSize: isOne ? first.effectiveSampleSize : nil,
      overlapWithTopK: drawn.overlap(plan.recipe),
      weightLengthCorrelation: isOne ? first.weightLengthCorrelation : nil,
      unseenShare: isOne ? first.unseenShare : nil,
      randomArm: RandomBaselineRecord(
        documents: weighed.randomBaseline.documentCount,
        tokens: weighed.randomBaseline.tokenCount),
      nearness: isOne ? first.nearness : nil,
      klTargetPool: isOne ? first.klTargetPool : nil,
      klTargetRandom: isOne ? first.klTargetRandom : nil,
      klTargetSelected: isOne ? first.klTargetSelected : nil,
      klReduction: isOne ? first.klReduction : nil,
      klReductionFromPool: isOne ? first.klReductionFromPool : nil,
      selected: selected, excluded: files.exclusion.map { $0.record(drawn.excluded) },
      nearDuplicates: drawn.nearDuplicates?.record,
      parts: drawn.records(names: settings.targets.map(\.name)),
      order: settings.outputs.order, shuffleSeed: settings.outputs.shuffleSeed,
      shards: ShardRecord.shards(of: copied.output),
      outputs: files.outputs.records(
        copied.output, remainder: copied.remainder, rejects: copied.rejects,
        excluded: copied.excluded, nearDuplicates: copied.nearDuplicates),
      remainder: RemainderRecord.of(copied.remainder), timings: timings)
  }

  private func targetRecords(
    _ trained: Trained, _ plan: Plan, _ drawn: Drawn, _ copied: CopyStep.Outcome
  ) -> [TargetRecord] {
    let shares = TargetSettings.shares(settings.targets)
    return settings.targets.indices.map { target in
      TargetRecord(
        settings.targets[target], trained.targets[target], share: shares[target],
        temperature: plan.recipe.temperatures[target], drawn.weighed.spreads[target],
        parts: drawn.parts.filter { $0.arm.target == target }, pool: trained.poolCounts,
        random: drawn.weighed.randomBaseline, selected: copied.counts[target],
        // A single target's selection includes what was drawn at random.
        replay: settings.targets.count == 1 ? copied.randomCounts : nil)
    }
  }
}
