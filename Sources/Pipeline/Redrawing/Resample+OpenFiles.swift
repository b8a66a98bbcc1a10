internal import Writing

/// Opens the files of a run and checks them against each other, before any work.
extension Resample {
  struct OpenFiles {
    var pool: Inputs
    /// The files of weights or candidates; nil if weights are in the pool.
    var stored: Inputs?
    var outputs: RunOutputs
  }

  /// Opens inputs and outputs, and spools pipes.
  func open(_ clock: StepClock) throws -> OpenFiles {
    var pool: Inputs
    var stored: Inputs?
    // Weights and candidates say where documents are, so a file that is named twice has them once.
    let reading = settings.reading
    switch settings.source {
    case .weights(let paths, _, _):
      pool = try Inputs(settings.pool, reading, canBeAllowed: false)
      stored = try Inputs(paths, reading.withoutReaders)
    case .candidates(let paths, _, _):
      pool = try Inputs(settings.pool, reading, canBeAllowed: false)
      stored = try Inputs(paths, reading.withoutReaders, canBeAllowed: false)
    case .fields: pool = try Inputs(settings.pool, reading)
    }
    let outputs = try RunOutputs(
      outputSettings,
      inputs: pool.shards + (stored?.shards ?? []) + (settings.base?.shards() ?? []),
      registry: registry)
    progress.plan(passCount: passCount(pool, stored))
    try clock.time(.spool) {
      try pool.spool(reading, progress, isPass: true)
      try stored?.spool(reading, progress, isPass: true)
    }
    try outputs.checkHasLines(pool)
    return OpenFiles(pool: pool, stored: stored, outputs: outputs)
  }

  /// The number of passes over the pool or the weights.
  ///
  /// Passes spool pipes, find sizes, count strata, draw, order lines by weight, and copy
  /// each epoch and the remainder.
  private func passCount(_ pool: Inputs, _ stored: Inputs?) -> Int {
    var count = pool.spoolPassCount + (stored?.spoolPassCount ?? 0) + settings.epochCount
    switch settings.source {
    case .candidates: break
    case .weights(_, _, let size), .fields(_, let size, _):
      count += settings.needsSizePass(size) ? 2 : 1
    }
    if settings.stratify != nil { count += 1 }
    if settings.source.remainder != nil { count += 1 }
    if needsLogWeights { count += 1 }
    if settings.report != nil { count += 1 }
    return count
  }

  private var outputSettings: OutputSettings {
    var outputs = settings.outputs
    outputs.remainder = settings.source.remainder
    return outputs
  }
}
