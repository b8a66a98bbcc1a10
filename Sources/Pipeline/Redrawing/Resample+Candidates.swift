internal import Reading
internal import Resampling
internal import Weighting

/// Draws from candidates that an earlier run kept.
extension Resample {
  /// - Parameter wanted: nil for the largest draw that the candidates were kept for.
  func drawCandidates(_ files: [Shard], _ wanted: SelectionSize?, _ pool: Inputs) throws -> Redrawn
  {
    let draw = try CandidateDraw(
      files,
      .init(
        size: wanted, stratify: settings.stratify, shares: settings.shares,
        replay: settings.replay, purity: settings.purity, noise: settings.noise,
        base: settings.base,
        allowsMissing: settings.allowsMissing, reading: settings.reading),
      progress: progress)
    let whole = draw.whole
    guard settings.outputs.excluded == nil || whole.header.settings.exclusion != nil else {
      throw PipelineError.candidates(.excludedNothing(path: files[0].name))
    }
    guard settings.outputs.nearDuplicates == nil || draw.nearDuplicates != nil else {
      throw PipelineError.candidates(.keptNearDuplicates(path: files[0].name))
    }
    var weighed = DrawStep.Outcome(spreads: [], randomBaseline: FeatureCounts(bucketCount: 0))
    weighed.eligible.documentCount = draw.eligibleCount
    weighed.outsideCount = draw.outsideCount
    var outcome = Drawn(draw.choice, weighed, PassReport(), draw.recipe)
    outcome.objective = draw.objective

    // Keep only documents of the shards that were named: others are copied elsewhere.
    let shards = try whole.header.places(of: pool, path: files[0].name)
    for part in outcome.parts.indices {
      outcome.parts[part].selection = outcome.parts[part].selection.filtered { candidate in
        shards[candidate.position.shard].map { candidate.moved(toShard: $0) }
      }
    }
    var counts = [Int](repeating: 0, count: pool.shards.count)
    for (number, shard) in shards.enumerated() {
      if let shard { counts[shard] = whole.header.shards[number].documentCount }
    }
    let excluded = draw.excluded.transformed { candidate in
      shards[candidate.position.shard].map { candidate.moved(toShard: $0) }
    }
    var nearDuplicates = draw.nearDuplicates
    nearDuplicates?.documents.removeAll { shards[$0.candidate.position.shard] == nil }
    var redrawn = Redrawn(
      outcome: outcome, recipe: draw.recipe, budget: draw.budget, inputs: nil,
      wasChosenBefore: whole.header.isChosen, documentCount: whole.header.documentCount,
      documentCounts: counts,
      missingCount: whole.header.missingCount,
      uncountedCount: whole.header.uncountedCount,
      underMinimumCount: whole.header.underMinimumCount,
      overMaximumCount: whole.header.overMaximumCount,
      underWeightCount: whole.header.underWeightCount,
      textField: whole.header.settings.textField, base: draw.base, hasSpread: false,
      exclusion: whole.header.settings.exclusion, excluded: excluded,
      nearDuplicates: nearDuplicates,
      candidateShards: zip(shards, whole.header.shards).map { number, known in
        number.map { pool.shards[$0].name } ?? known.path
      })
    if settings.outputs.isByShard {
      var numbers = counts
      for (number, shard) in shards.enumerated() { if let shard { numbers[shard] = number } }
      redrawn.shardNumbers = numbers
    }
    redrawn.shares = draw.shares(settings.shares)
    redrawn.baseHash = draw.baseHash
    let targets = whole.header.settings.targets
    if !targets.isEmpty { redrawn.targetNames = targets.map(\.name) }
    return redrawn
  }
}
