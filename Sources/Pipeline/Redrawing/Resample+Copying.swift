internal import Reading
internal import Resampling
internal import Writing

/// Writes the outputs as whole files that don't have their names yet.
extension Resample {
  struct Copied: ~Copyable {
    /// The outcome of all epochs.
    var outcome: CopyStep.Outcome
    var epochs: [ResampleManifest.Epoch]
    var output: FinishedOutput
    /// nil if it isn't requested, like the next one.
    var remainder: FinishedOutput?
    var rejects: FinishedRejects?
    /// The list of excluded documents.
    var excluded: FinishedOutput?
    /// The list of near-duplicates.
    var nearDuplicates: FinishedOutput?
  }

  func copy(_ drawn: Redrawn, _ files: OpenFiles, _ clock: StepClock) throws -> Copied {
    let weights = try logWeights(drawn, files, clock)
    let statistics = try statistics(of: drawn, weights)
    let begin = ContinuousClock.now
    var sink = try files.outputs.openOutput(
      numbers: drawn.shardNumbers, of: drawn.candidateShards)
    let picks = try picks(drawn, files)
    try picks?.begin(
      &sink,
      documentCount: drawn.outcome.parts.reduce(0) { $0 + $1.selection.documents.count })
    var copied = CopyStep.Outcome()
    var epochs: [ResampleManifest.Epoch] = []
    // The documents of all epochs, each once.
    var chosen: Set<Position> = []
    var remaining: [Candidate] = []
    for (number, seed) in drawn.recipe.seeds.enumerated() {
      let documents = drawn.outcome.documents(epoch: number)
      progress.begin(.copy, totalStoredByteCount: nil, pass: .next)
      let ofEpoch = weights?.of(documents)
      let order =
        drawn.shardNumbers.map { LineOrder.byShard($0) }
        ?? order(
          number, ofEpoch, earlierCount: copied.documentCount,
          wholeCount: weights?.wholeCount ?? 0)
      let epoch = try copy(
        documents, ofEpoch, statistics, order, drawn, files.pool, picks, into: &sink)
      epochs.append(
        ResampleManifest.Epoch(
          seed: seed, documents: epoch.documentCount, tokens: epoch.tokenCount,
          bytes: epoch.byteCount))
      copied.add(epoch)
      guard settings.source.remainder != nil else { continue }
      remaining += documents.lazy.map(\.candidate).filter { chosen.insert($0.position).inserted }
    }
    let output = try files.outputs.close(&sink)
    let rejects = try files.outputs.writeRejects(
      [(files.stored ?? files.pool, drawn.outcome.report)], limits: settings.reading.limits,
      progress: progress)
    let remainder = try copyRemainder(
      of: remaining.sorted { $0.position < $1.position }, drawn, files)
    clock.add(.copy, since: begin)
    let excluded = try files.outputs.writeExcluded(
      drawn.excluded.documents, pool: files.pool.shards.map(\.name),
      evaluation: drawn.exclusion?.files.map(\.path) ?? []
    ) { drawn.excluded.reason(of: $0) }
    return Copied(
      outcome: copied, epochs: epochs, output: output, remainder: remainder, rejects: rejects,
      excluded: excluded,
      nearDuplicates: try files.outputs.writeNearDuplicates(
        drawn.nearDuplicates, drawn.candidateShards))
  }

  private func copy(
    _ documents: [DrawnDocument], _ logWeights: [Double]?, _ statistics: DrawStatistics?,
    _ order: LineOrder?, _ drawn: Redrawn, _ pool: Inputs, _ picks: PickLines?,
    into sink: inout any RecordSink & ~Copyable
  ) throws -> CopyStep.Outcome {
    var weigher: DocumentWeigher?
    let step = CopyStep(
      shards: pool.shards, limits: settings.reading.limits, progress: progress,
      targetNames: drawn.targetNames, statistics: statistics, picks: picks)
    do {
      return try step.run(
        documents, textField: drawn.textField ?? settings.reading.textField, weigher: &weigher,
        annotates: settings.annotates, logWeights: statistics == nil ? nil : logWeights,
        order: order, wasWeighedBefore: !settings.source.isOfPool, into: &sink)
    } catch PipelineError.weights(.otherText(let path, _)) where drawn.textField != nil {
      // Candidates know their field.
      throw PipelineError.candidates(.changedDocument(path: path))
    }
  }

  /// - Returns: nil if documents are copied.
  private func picks(_ drawn: Redrawn, _ files: OpenFiles) throws -> PickLines? {
    try files.outputs.picks(
      of: files.pool, drawn.poolReport.map { files.pool.corrected($0) },
      drawn.textField ?? settings.reading.textField)
  }

  /// - Returns: nil if the remainder isn't written. A draw that doesn't know the number of
  ///   documents in each file can't write it: see ``ResampleSettings/Source``.
  private func copyRemainder(
    of chosen: [Candidate], _ drawn: Redrawn, _ files: OpenFiles
  ) throws -> FinishedOutput? {
    guard let counts = drawn.documentCounts, var sink = try files.outputs.openRemainder() else {
      return nil
    }
    begin(.remainder, files.pool)
    try RemainderStep(
      shards: files.pool.shards, textField: drawn.textField ?? settings.reading.textField,
      limits: settings.reading.limits, errorPolicy: settings.reading.errorPolicy,
      skipped: drawn.outcome.report.rejects.map(\.place.position).sorted(),
      wasWeighedBefore: !settings.source.isOfPool, progress: progress,
      picks: try picks(drawn, files)
    ).run(chosen: chosen, documentCounts: counts, into: &sink)
    return try files.outputs.close(&sink)
  }
}
