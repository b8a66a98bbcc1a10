internal import Platform

/// Times the steps of a run, which follow one another.
final class StepClock {
  /// When the run began.
  let begin = ContinuousClock.now
  private(set) var durations: [Step: Duration] = [:]
  private(set) var processorDurations: [Step: Duration] = [:]
  /// The processor time when the last step ended.
  ///
  /// The time since then belongs to the next step.
  private var processorMark = ProcessorTime.now

  /// Runs `body` as a step, or as a part of one.
  func time<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let begin = ContinuousClock.now
    defer { add(step, since: begin) }
    return try body()
  }

  /// Adds the time since `begin` to a step.
  func add(_ step: Step, since begin: ContinuousClock.Instant) {
    durations[step, default: .zero] += ContinuousClock.now - begin
    let processor = ProcessorTime.now
    processorDurations[step, default: .zero] += processor - processorMark
    processorMark = processor
  }
}
