internal import Reading
internal import Resampling
internal import Writing

/// What `select` writes besides the selection.
extension Select {
  var shuffleOrder: ShuffleOrder? {
    settings.outputs.shuffleSeed.map {
      ShuffleOrder(seed: $0, keepsDuplicates: settings.draw.keepsDuplicates)
    }
  }

  /// - Returns: nil if the remainder isn't asked for.
  func writeRemainder(
    of chosen: [Candidate], in pool: Inputs, _ report: PassReport, _ outputs: RunOutputs,
    _ clock: inout StepClock
  ) throws -> FinishedOutput? {
    guard var sink = try outputs.openRemainder() else { return nil }
    let begin = ContinuousClock.now
    self.begin(.remainder, pool, .next)
    try RemainderStep(
      shards: pool.shards, textField: settings.reading.textField,
      limits: settings.reading.limits,
      errorPolicy: settings.reading.errorPolicy, progress: progress
    ).run(chosen: chosen, documentCounts: report.shards.map(\.documentCount), into: &sink)
    let output = try outputs.close(&sink)
    clock.add(.remainder, since: begin)
    return output
  }
}
