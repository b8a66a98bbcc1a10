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
    _ drawn: Drawn, _ trained: Trained, _ files: OpenFiles, _ kept: KeptRecords?,
    _ plan: StatisticsPlan, _ clock: StepClock
  ) throws -> Copied {
    let selection = drawn.documents(epoch: 0)
    let logWeights = try logWeights(of: selection, trained, files.pool, kept, clock)
    let order = order(of: selection, logWeights)
    let statistics = try statistics(of: drawn, selection, logWeights, plan)
    let begin = ContinuousClock.now
    progress.begin(.copy, totalStoredByteCount: nil, pass: .next)
    var weigher: DocumentWeigher? = DocumentWeigher(trained.model)
    var sink = try files.outputs.openOutput()
    let picks = try files.outputs.picks(
      of: files.pool, trained.poolReport, settings.reading.textField)
    try picks?.begin(&sink, documentCount: selection.count)
    let outcome = try CopyStep(
      shards: files.pool.shards, limits: settings.reading.limits, progress: progress,
      targetNames: settings.targets.map(\.name), sets: drawn.sets, statistics: statistics,
      picks: picks, kept: kept
    ).run(
      selection, textField: settings.reading.textField, weigher: &weigher,
      annotates: settings.annotates, logWeights: namesWeights ? logWeights : nil,
      order: order, into: &sink)
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

  /// The log weights of the selected documents; nil if neither order nor annotations need them.
  private func logWeights(
    of selection: [DrawnDocument], _ trained: Trained, _ pool: Inputs, _ kept: KeptRecords?,
    _ clock: StepClock
  ) throws -> [Double]? {
    guard needsLogWeights else { return nil }
    return try clock.time(.order) {
      guard trained.model.addition == nil else {
        return try addedWeights(of: selection, trained, pool)
      }
      progress.begin(.order, totalStoredByteCount: nil, pass: .next)
      var weigher = DocumentWeigher(trained.model)
      return try SelectedWeights(
        shards: pool.shards, limits: settings.reading.limits,
        textField: settings.reading.textField, progress: progress, kept: kept
      ).read(selection, &weigher)
    }
  }

  /// The log weights of selected documents with what their fields add.
  private func addedWeights(
    of selection: [DrawnDocument], _ trained: Trained, _ pool: Inputs
  ) throws -> [Double] {
    begin(.order, pool, .next)
    var workers = settings.reading.workers(progress)
    workers.fields = poolFields
    return try StoredWeights.read(
      selection.map(\.candidate.position), from: pool.shards, isOfPool: true, workers,
      targets: selection.map(\.target), targetCount: settings.targets.count
    ) { weightReader(trained.model) }
  }

  /// Whether the selected documents are weighed again before they are copied.
  var needsLogWeights: Bool {
    if namesWeights && !settings.additions.isEmpty { return true }
    return settings.outputs.ordersByWeight || settings.statistics.contains(where: \.needsRanks)
  }

  /// Whether the output has the documents' log weights. Picks always have.
  private var namesWeights: Bool { settings.annotates || settings.outputs.format == .picks }

  /// - Returns: nil for pool order.
  private func order(of selection: [DrawnDocument], _ logWeights: [Double]?) -> LineOrder? {
    if settings.outputs.ordersByWeight, let logWeights {
      return .byWeight(WeightRanks(logWeights, wholeCount: logWeights.count))
    }
    return settings.outputs.shuffleSeed.map {
      .shuffled(ShuffleOrder(seed: $0, keepsDuplicates: settings.draw.keepsDuplicates))
    }
  }

  /// - Returns: nil if there are none.
  private func statistics(
    of drawn: Drawn, _ selection: [DrawnDocument], _ logWeights: [Double]?, _ plan: StatisticsPlan
  ) throws -> DrawStatistics? {
    guard !settings.statistics.isEmpty else { return nil }
    var ranks: PoolRanks?
    if let logWeights, let pool = plan.weightSpool {
      var ofTargets: [[Double]] = settings.targets.map { _ in [] }
      for (document, weight) in zip(selection, logWeights) {
        if let target = document.target { ofTargets[target].append(weight) }
      }
      ranks = try PoolRanks(ofTargets, pool: pool)
    }
    return DrawStatistics(settings.statistics, drawn, ranks: ranks)
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
      skipped: hasInvalidRemainder ? report.rejects.map(\.place.position).sorted() : [],
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
