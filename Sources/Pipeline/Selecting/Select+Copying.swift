internal import Reading
internal import Resampling
internal import Writing

/// Writes the outputs as whole files that don't have their names yet.
extension Select {
  struct Copied: ~Copyable {
    /// The selected documents, in pool order.
    var selection: [DrawnDocument]
    var outcome: CopyStep.Outcome
    var output: FinishedOutput
    /// nil if it isn't requested, like the next one.
    var remainder: FinishedOutput?
    var rejects: FinishedRejects?
    /// The list of excluded documents.
    var excluded: FinishedOutput?
    /// The list of near-duplicates.
    var nearDuplicates: FinishedOutput?
  }

  func copy(
    _ drawn: Drawn, _ trained: Trained, _ files: OpenFiles, _ clock: StepClock
  ) throws -> Copied {
    let selection = drawn.documents(epoch: 0)
    let order = try order(of: selection, trained, files.pool, clock)
    let begin = ContinuousClock.now
    progress.begin(.copy, totalStoredByteCount: nil, pass: .next)
    var weigher: DocumentWeigher? = DocumentWeigher(trained.model)
    var sink = try files.outputs.openOutput()
    let picks = try files.outputs.picks(
      of: files.pool, trained.poolReport, settings.reading.textField)
    try picks?.begin(&sink, documentCount: selection.count)
    let outcome = try CopyStep(
      shards: files.pool.shards, limits: settings.reading.limits, progress: progress,
      targetNames: settings.targets.map(\.name), sets: drawn.sets, picks: picks
    ).run(
      selection, textField: settings.reading.textField, weigher: &weigher,
      annotates: settings.annotates, order: order, into: &sink)
    let output = try files.outputs.close(&sink)
    let rejects = try files.outputs.writeRejects(
      zip(files.targets, trained.targets.map(\.report)).map { ($0, $1) }
        + [(files.pool, trained.poolReport)],
      limits: settings.reading.limits, progress: progress)
    clock.add(.copy, since: begin)
    return Copied(
      selection: selection, outcome: outcome, output: output,
      remainder: try copyRemainder(of: selection, trained.poolReport, files, clock),
      rejects: rejects,
      excluded: try files.exclusion.flatMap {
        try files.outputs.writeExcluded(drawn.excluded, $0, files.pool)
      },
      nearDuplicates: try files.outputs.writeNearDuplicates(
        drawn.nearDuplicates, files.pool.shards.map(\.name)))
  }

  /// - Returns: nil for pool order.
  private func order(
    of selection: [DrawnDocument], _ trained: Trained, _ pool: Inputs, _ clock: StepClock
  ) throws -> LineOrder? {
    guard settings.outputs.ordersByWeight else {
      return settings.outputs.shuffleSeed.map {
        .shuffled(ShuffleOrder(seed: $0, keepsDuplicates: settings.draw.keepsDuplicates))
      }
    }
    return try clock.time(.order) {
      progress.begin(.order, totalStoredByteCount: nil, pass: .next)
      var weigher = DocumentWeigher(trained.model)
      let weights = try SelectedWeights(
        shards: pool.shards, limits: settings.reading.limits,
        textField: settings.reading.textField, progress: progress
      ).read(selection, &weigher)
      return .byWeight(WeightRanks(weights, wholeCount: weights.count))
    }
  }

  /// - Returns: nil if the remainder isn't requested.
  private func copyRemainder(
    of selection: [DrawnDocument], _ report: PassReport, _ files: OpenFiles, _ clock: StepClock
  ) throws -> FinishedOutput? {
    guard var sink = try files.outputs.openRemainder() else { return nil }
    let begin = ContinuousClock.now
    self.begin(.remainder, files.pool, .next)
    try RemainderStep(
      shards: files.pool.shards, textField: settings.reading.textField,
      limits: settings.reading.limits, errorPolicy: settings.reading.errorPolicy,
      progress: progress,
      picks: try files.outputs.picks(of: files.pool, report, settings.reading.textField)
    ).run(
      chosen: selection.map(\.candidate), documentCounts: report.shards.map(\.documentCount),
      into: &sink)
    let output = try files.outputs.close(&sink)
    clock.add(.remainder, since: begin)
    return output
  }
}
