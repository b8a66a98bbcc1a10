internal import Files
internal import Platform

/// Counts the bytes that workers have read, and reports them.
///
/// A worker that finds the last report older than a tenth of a second makes the next one. So no
/// timer or further thread is needed, which could be starved while all threads work.
///
/// Reports are shown one at a time, and none after a later one.
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
    /// The documents read or copied; nil in a step that doesn't look at documents.
    package let documentCount: Int?
    package let elapsed: Duration
    /// Reports are numbered in the order of their making.
    fileprivate let number: Int
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
    /// nil before the first step.
    var step: Step?
    var pass: Pass?
    var passNumber = 0
    var passCount = 0
    var total: Int?
    var begin = ContinuousClock.now
    var lastReport = ContinuousClock.now
    var stored = 0
    var text = 0
    var documents: Int?
    /// Whether something was counted that no report has.
    var hasNews = false
    var reportCount = 0

    mutating func report(at now: ContinuousClock.Instant) -> Report? {
      guard let step else { return nil }
      lastReport = now
      hasNews = false
      reportCount += 1
      return Report(
        step: step, pass: pass, storedByteCount: stored, totalStoredByteCount: total,
        textByteCount: text, documentCount: documents, elapsed: now - begin, number: reportCount)
    }
  }

  private let interval: Duration
  private let reportsSteps: Bool
  private let state = Lock(State())
  /// The number of the last report that was shown.
  private let shown = Lock(0)
  private let show: (@Sendable (Report) -> Void)?

  /// - Parameters:
  ///   - interval: the age of a report at which the next one is made.
  ///   - reportsSteps: whether each step is also reported when it begins and when it has ended.
  ///   - show: shows a report; nil to show nothing.
  package init(
    interval: Duration = .milliseconds(100), reportsSteps: Bool = false,
    show: (@Sendable (Report) -> Void)?
  ) {
    self.interval = interval
    self.reportsSteps = reportsSteps
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

  /// A step that may have to be repeated, together with the steps after it.
  struct Mark: Sendable {
    fileprivate var step: Step?
    fileprivate var pass: Pass?
    fileprivate var total: Int?
  }

  /// The current step.
  var mark: Mark {
    state.withLock { Mark(step: $0.step, pass: $0.pass, total: $0.total) }
  }

  /// Begins a step again. It and the passes since then are made once more.
  func beginAgain(at mark: Mark) {
    guard let step = mark.step else { return }
    if let first = mark.pass?.number {
      state.withLock { $0.passCount += $0.passNumber - first + 1 }
    }
    begin(step, totalStoredByteCount: mark.total, pass: mark.pass == nil ? .none : .next)
  }

  func begin(_ step: Step, totalStoredByteCount: Int?, pass: PassChange = .none) {
    let now = ContinuousClock.now
    let reports = state.withLock { state -> [Report] in
      let last = state.hasNews ? state.report(at: now) : nil
      if pass == .next { state.passNumber += 1 }
      let number = state.passNumber
      let count = state.passCount
      let current = pass == .none || count == 0 ? nil : Pass(number: number, count: count)
      state = State(
        step: step, pass: current, passNumber: number, passCount: count,
        total: totalStoredByteCount, begin: now, lastReport: now, reportCount: state.reportCount)
      return [last, state.report(at: now)].compactMap { $0 }
    }
    if reportsSteps { reports.forEach(present) }
  }

  /// - Parameter documents: nil if the step doesn't look at documents, or counts them elsewhere.
  package func advance(stored: Int, text: Int, documents: Int? = nil) {
    let report = state.withLock { state -> Report? in
      state.stored += stored
      state.text += text
      if let documents { state.documents = (state.documents ?? 0) + documents }
      state.hasNews = true
      guard show != nil else { return nil }
      let now = ContinuousClock.now
      return now - state.lastReport >= interval ? state.report(at: now) : nil
    }
    if let report { present(report) }
  }

  /// Reports the end of the last step.
  package func finish() {
    guard reportsSteps else { return }
    let now = ContinuousClock.now
    if let report = state.withLock({ $0.hasNews ? $0.report(at: now) : nil }) { present(report) }
  }

  private func present(_ report: Report) {
    shown.withLock { last in
      guard report.number > last else { return }
      last = report.number
      show?(report)
    }
  }
}
