internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Draws from candidates that an earlier run kept.
extension Resample {
  /// - Parameter wanted: nil for the number of documents that the candidates were kept for.
  func drawCandidates(_ files: [Shard], _ wanted: Int?, _ pool: Inputs) throws -> Redrawn {
    let (limits, path) = (settings.reading.limits, files[0].name)
    let whole = try CandidateFile(merging: files, limits: limits)
    try check(whole, path)
    let known = whole.header.settings
    let count = wanted ?? known.count
    guard count <= known.count else {
      throw PipelineError.candidates(
        .tooFewCandidates(path: path, keptFor: known.count, wanted: count))
    }
    var recipe = recipe(seed: known.seed)
    recipe.temperatures = [known.temperature]
    recipe.draw.logisticShare = known.logisticShare
    recipe.draw.minimumTokenCount = known.minimumTokenCount
    recipe.draw.addsNoise = !known.topK
    recipe.draw.seed = known.seed
    let budget = Budget.documents(count)
    let selector = recipe.selector(budget, fills: false)
    var kept = DrawBuffers(selector.plan, expectedCount: whole.candidates.count)
    kept.add(whole.candidates.map { .init(group: 0, arm: 0, candidate: $0) })
    var weighed = DrawStep.Outcome(spreads: [], randomBaseline: FeatureCounts(bucketCount: 0))
    weighed.eligibleCount = whole.header.eligibleCount
    var outcome = Drawn(selector.choose(from: kept), weighed, PassReport(), recipe)

    // Keep only documents of the shards that were named: others are copied elsewhere.
    let shards = try places(of: pool, in: whole, path)
    for part in outcome.parts.indices {
      outcome.parts[part].selection = outcome.parts[part].selection.filtered { candidate in
        shards[candidate.position.shard].map { candidate.moved(toShard: $0) }
      }
    }
    var counts = [Int](repeating: 0, count: pool.shards.count)
    for (number, shard) in shards.enumerated() {
      if let shard { counts[shard] = whole.header.shards[number].documentCount }
    }
    return Redrawn(
      outcome: outcome, recipe: recipe, budget: budget, inputs: nil,
      documentCount: whole.header.documentCount, documentCounts: counts,
      missingCount: whole.header.missingCount,
      uncountedCount: whole.header.uncountedCount,
      underMinimumCount: whole.header.documentCount - whole.header.eligibleCount,
      textField: known.textField, hasSpread: false)
  }

  /// The pool's shard for each shard of the candidates; nil for those that weren't named.
  private func places(
    of pool: Inputs, in file: CandidateFile, _ path: String
  ) throws -> [Int?] {
    let weighed = file.header.shards.map(\.path)
    let places = ShardFinder(pool.shards).shards(weighed)
    let found = Set(places.compactMap { $0 })
    if let unknown = pool.shards.indices.first(where: { !found.contains($0) }) {
      let shard = pool.shards[unknown].name
      let namesakes = weighed.indices.filter {
        places[$0] == nil
          && ExactString(weighed[$0].lastPathPart) == ExactString(shard.lastPathPart)
      }.map { weighed[$0] }
      throw PipelineError.candidates(
        namesakes.isEmpty
          ? .shardWithoutCandidates(path: path, shard: shard)
          : .ambiguousShard(path: path, shard: shard, weighedPaths: namesakes))
    }
    return places
  }
}
