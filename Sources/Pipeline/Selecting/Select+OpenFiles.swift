internal import Reading
internal import Weighting
internal import Writing

/// Opens the files of a run and checks them against each other, before any work.
extension Select {
  struct OpenFiles {
    /// In the order of ``SelectSettings/targets``.
    var targets: [Inputs]
    var pool: Inputs
    /// nil if there is no base.
    var base: StoredModel?
    /// What documents are excluded for, but for the target's texts; nil if none are.
    var exclusion: Exclusion?
    var outputs: RunOutputs
  }

  /// Opens inputs and outputs, and spools the pipes that are read more than once.
  func open(_ clock: StepClock) throws -> OpenFiles {
    var targets = try settings.targets.map { try Inputs($0.paths, settings.reading) }
    var pool = try Inputs(settings.pool, settings.reading)
    let base = try settings.base.map { try Inputs([$0.path]).shards } ?? []
    let evaluation = try Inputs(settings.exclude.paths, settings.reading)
    let outputs = try RunOutputs(
      settings.outputs,
      inputs: targets.flatMap(\.shards) + pool.shards + base + evaluation.shards,
      registry: registry)
    let baseModel = try settings.base?.model(settings.features, settings.reading.limits)
    progress.plan(passCount: passCount(pool))
    try clock.time(.spool) {
      // A target is read once, unless its halves or the shares of strata are needed, its rejected
      // lines are copied, or a report shows it.
      let rereads =
        settings.sizeSearch != nil || findsMixture || settings.outputs.rejects != nil
        || settings.report != nil
      for target in targets.indices where rereads {
        try targets[target].spool(settings.reading, progress)
      }
      try pool.spool(settings.reading, progress, isPass: true)
    }
    try outputs.checkHasLines(pool)
    return OpenFiles(
      targets: targets, pool: pool,
      base: baseModel,
      exclusion: try Exclusion(
        settings.exclude, evaluation, settings.reading, settings.features.tokenizer, progress,
        clock),
      outputs: outputs)
  }

  /// The number of passes over the pool.
  ///
  /// Passes fit, weigh and copy. Some runs need more: to spool a pipe, to find a temperature
  /// or a quantile, to order lines by weight, and to copy the remainder.
  private func passCount(_ pool: Inputs) -> Int {
    var count = 3 + pool.spoolPassCount
    if settings.draw.needsAllWeights { count += 1 }
    if settings.outputs.remainder != nil { count += 1 }
    if settings.nearDuplicates != nil { count += 1 }
    if needsLogWeights { count += 1 }
    if settings.report != nil { count += 1 }
    if settings.objective != nil { count += settings.targets.count }
    if settings.sizeSearch != nil { count += 1 + searchPassCountOfStage }
    return count
  }
}
