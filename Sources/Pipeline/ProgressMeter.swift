internal import Files

/// Counts what the workers have read, for whoever shows it.
///
/// The worker that finds the last report older than a tenth of a second reports: so no timer and no
/// thread is needed, and none is starved when all threads work.
package final class ProgressMeter: Sendable {
  /// How far a step has come.
  package struct Report: Sendable {
    package let step: Step
    /// Bytes read of the files, and how many there are; nil where that can't be known.
    package let storedByteCount: Int
    package let totalStoredByteCount: Int?
    /// Bytes of text read, decompressed.
    package let textByteCount: Int
    package let elapsed: Duration
  }

  private struct State {
    var step = Step.fitTarget
    var total: Int?
    var begin = ContinuousClock.now
    var lastReport = ContinuousClock.now
    var stored = 0
    var text = 0
  }

  private static let interval = Duration.milliseconds(100)
  private let state = Lock(State())
  private let show: (@Sendable (Report) -> Void)?

  /// - Parameter show: shows a report; nil to show nothing.
  package init(show: (@Sendable (Report) -> Void)?) {
    self.show = show
  }

  package func begin(_ step: Step, totalStoredByteCount: Int?) {
    let now = ContinuousClock.now
    state.withLock {
      $0 = State(step: step, total: totalStoredByteCount, begin: now, lastReport: now)
    }
  }

  package func advance(stored: Int, text: Int) {
    let report = state.withLock { state -> Report? in
      state.stored += stored
      state.text += text
      guard show != nil else { return nil }
      let now = ContinuousClock.now
      guard now - state.lastReport >= Self.interval else { return nil }
      state.lastReport = now
      return Report(
        step: state.step, storedByteCount: state.stored, totalStoredByteCount: state.total,
        textByteCount: state.text, elapsed: now - state.begin)
    }
    if let report { show?(report) }
  }

  /// Bytes of text that the current step has read.
  package var textByteCount: Int { state.withLock { $0.text } }
}

/// The steps of a run, in order.
package enum Step: String, CaseIterable, Sendable {
  case spool, fit, fitTarget, fitPool, train, measure, weigh, copy, remainder
  /// Those of `compare` and `explain`.
  case countSelected, countRandom, explain
}
