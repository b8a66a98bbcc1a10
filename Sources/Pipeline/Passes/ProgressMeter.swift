internal import Files
internal import Platform

/// Counts the bytes that workers have read, and reports them.
///
/// A worker that finds the last report older than a tenth of a second makes the next one. So no
/// timer or further thread is needed, which could be starved while all threads work.
package final class ProgressMeter: Sendable {
  /// The progress of a step.
  package struct Report: Sendable {
    package let step: Step
    /// nil in a step that doesn't read all of the pool.
    package let pass: Pass?
    /// The bytes read from the files, and their total; nil if the total can't be known.
    package let storedByteCount: Int
    package let totalStoredByteCount: Int?
    /// The bytes of text read, decompressed.
    package let textByteCount: Int
    package let elapsed: Duration
  }

  /// The current pass of a run.
  ///
  /// A pass reads all of the pool, or its substitute, such as files of weights, or copies records
  /// from it. A target is small and has no pass.
  package struct Pass: Sendable, Equatable {
    /// Counted from 1.
    package var number: Int
    package var count: Int

    package init(number: Int, count: Int) {
      self.number = number
      self.count = count
    }
  }

  /// Whether a step begins a pass.
  package enum PassChange: Sendable {
    /// The step isn't a pass.
    case none
    /// The step continues the pass of the step before it.
    case same
    case next
  }

  private struct State {
    var step = Step.fitTarget
    var pass: Pass?
    var passNumber = 0
    var passCount = 0
    var total: Int?
    var begin = ContinuousClock.now
    var lastReport = ContinuousClock.now
    var stored = 0
    var text = 0
  }

  private let interval: Duration
  private let state = Lock(State())
  private let show: (@Sendable (Report) -> Void)?

  /// - Parameters:
  ///   - interval: the age of a report at which the next one is made.
  ///   - show: shows a report; nil to show nothing.
  package init(
    interval: Duration = .milliseconds(100), show: (@Sendable (Report) -> Void)?
  ) {
    self.interval = interval
    self.show = show
  }

  /// Sets the number of passes that the run will make, before the first.
  func plan(passCount: Int) {
    state.withLock {
      $0.passNumber = 0
      $0.passCount = passCount
    }
  }

  /// Adds passes that turned out to be needed.
  func extend(by passCount: Int) {
    state.withLock { $0.passCount += passCount }
  }

  func begin(_ step: Step, totalStoredByteCount: Int?, pass: PassChange = .none) {
    let now = ContinuousClock.now
    state.withLock {
      if pass == .next { $0.passNumber += 1 }
      let number = $0.passNumber
      let count = $0.passCount
      let current = pass == .none || count == 0 ? nil : Pass(number: number, count: count)
      $0 = State(
        step: step, pass: current, passNumber: number, passCount: count,
        total: totalStoredByteCount, begin: now, lastReport: now)
    }
  }

  package func advance(stored: Int, text: Int) {
    let report = state.withLock { state -> Report? in
      state.stored += stored
      state.text += text
      guard show != nil else { return nil }
      let now = ContinuousClock.now
      guard now - state.lastReport >= interval else { return nil }
      state.lastReport = now
      return Report(
        step: state.step, pass: state.pass, storedByteCount: state.stored,
        totalStoredByteCount: state.total, textByteCount: state.text,
        elapsed: now - state.begin)
    }
    if let report { show?(report) }
  }
}
