internal import Files
internal import Platform

/// Counts the bytes that workers have read, for whoever shows them.
///
/// A worker that finds the last report older than a tenth of a second makes the next one. So no
/// timer and no thread is needed, and none is starved when all threads work.
package final class ProgressMeter: Sendable {
  /// How far a step has come.
  package struct Report: Sendable {
    package let step: Step
    /// nil in a step that isn't among those that read all of the pool.
    package let pass: Pass?
    /// Bytes read of the files, and how many there are; nil where that can't be known.
    package let storedByteCount: Int
    package let totalStoredByteCount: Int?
    /// Bytes of text read, decompressed.
    package let textByteCount: Int
    package let elapsed: Duration
  }

  /// The pass of a run that is under way. A pass reads all of the pool, or what stands for it, such
  /// as files of weights, or copies records out of it. A target, which is small, has none.
  package struct Pass: Sendable, Equatable {
    /// From 1.
    package var number: Int
    package var count: Int

    package init(number: Int, count: Int) {
      self.number = number
      self.count = count
    }
  }

  /// Whether a step begins a pass.
  package enum PassChange: Sendable {
    /// The step is no pass.
    case none
    /// The step goes on with the pass of the step before it.
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
  ///   - interval: how old a report is before the next.
  ///   - show: shows a report; nil to show nothing.
  package init(
    interval: Duration = .milliseconds(100), show: (@Sendable (Report) -> Void)?
  ) {
    self.interval = interval
    self.show = show
  }

  /// Says how many passes the run will make, before the first.
  func plan(passCount: Int) {
    state.withLock {
      $0.passNumber = 0
      $0.passCount = passCount
    }
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
