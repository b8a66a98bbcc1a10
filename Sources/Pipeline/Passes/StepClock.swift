internal import Files
internal import Platform

/// Times the steps of a run, which follow one another.
final class StepClock {
  private let begin = ContinuousClock.now
  private var durations: [Step: Duration] = [:]
  private var processorDurations: [Step: Duration] = [:]
  /// The processors' time when the last step ended: what they have spent since is the next one's.
  private var processorMark = ProcessorTime.now

  /// Runs `body` as (part of) a step.
  func time<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let begin = ContinuousClock.now
    defer { add(step, since: begin) }
    return try body()
  }

  /// Notes that a step has taken the time since `begin`.
  func add(_ step: Step, since begin: ContinuousClock.Instant) {
    durations[step, default: .zero] += ContinuousClock.now - begin
    let processor = ProcessorTime.now
    processorDurations[step, default: .zero] += processor - processorMark
    processorMark = processor
  }

  func timings(threadCount: Int) -> RunTimings {
    RunTimings(
      seconds: Self.seconds(durations), processorSeconds: Self.seconds(processorDurations),
      totalSeconds: (ContinuousClock.now - begin) / .seconds(1), threads: threadCount)
  }

  private static func seconds(_ durations: [Step: Duration]) -> [ExactString: Double] {
    Dictionary(
      uniqueKeysWithValues: durations.map {
        (ExactString($0.key.rawValue), $0.value / .seconds(1))
      })
  }
}
