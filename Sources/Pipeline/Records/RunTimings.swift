package import Files

/// The time that a run took.
///
/// Nothing else in a manifest differs between equal runs.
package struct RunTimings: Encodable, Sendable {
  /// Wall-clock seconds, by step.
  package var seconds: [ExactString: Double] = [:]
  /// Seconds of processor time, summed over all processors, by step.
  package var processorSeconds: [ExactString: Double] = [:]
  package var totalSeconds = 0.0
  package var threads = 0
  /// The command; nil in tests that call the pipeline themselves.
  package var command: Invocation?
}

extension StepClock {
  /// The time that the run has taken so far.
  func timings(threadCount: Int, _ command: Invocation?) -> RunTimings {
    RunTimings(
      seconds: Self.seconds(durations), processorSeconds: Self.seconds(processorDurations),
      totalSeconds: (ContinuousClock.now - begin) / .seconds(1), threads: threadCount,
      command: command)
  }

  private static func seconds(_ durations: [Step: Duration]) -> [ExactString: Double] {
    Dictionary(
      uniqueKeysWithValues: durations.map {
        (ExactString($0.key.rawValue), $0.value / .seconds(1))
      })
  }
}
