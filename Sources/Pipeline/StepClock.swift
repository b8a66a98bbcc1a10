/// Times the steps of a run.
struct StepClock {
  private let begin = ContinuousClock.now
  private var durations: [Step: Duration] = [:]

  /// Runs `body` as (part of) a step.
  mutating func time<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let begin = ContinuousClock.now
    defer { durations[step, default: .zero] += ContinuousClock.now - begin }
    return try body()
  }

  /// Notes that a step has taken the time since `begin`.
  mutating func add(_ step: Step, since begin: ContinuousClock.Instant) {
    durations[step, default: .zero] += ContinuousClock.now - begin
  }

  func timings(threadCount: Int) -> SelectManifest.Timings {
    SelectManifest.Timings(
      seconds: Dictionary(
        uniqueKeysWithValues: durations.map { ($0.key.rawValue, $0.value / .seconds(1)) }),
      total_seconds: (ContinuousClock.now - begin) / .seconds(1), threads: threadCount)
  }
}
