import Files
import Pipeline
import Reporting

/// Shows progress on standard error: as a bar, each time on the same line, or as lines of JSON.
struct ProgressPrinter {
  let meter: ProgressMeter
  private let isBar: Bool

  init(_ choice: RunOptions.Progress, _ diagnostics: Diagnostics) {
    isBar = Self.isBar(choice, diagnostics)
    let draw: @Sendable (ProgressMeter.Report) -> Void = { Self.draw($0) }
    meter =
      choice == .json
      ? ProgressMeter(reportsSteps: true) { Diagnostics.write(Event.progress($0).line) }
      : ProgressMeter(show: isBar ? draw : nil)
  }

  /// Makes room for what follows the last step.
  func finish() {
    meter.finish()
    clear()
  }

  func clear() { if isBar { Self.write("\r\u{1B}[K") } }

  private static func isBar(_ choice: RunOptions.Progress, _ diagnostics: Diagnostics) -> Bool {
    switch choice {
    case .always: true
    case .never, .json: false
    case .auto:
      !diagnostics.isQuiet && !diagnostics.isJSON && File.standardError().isTerminal
        && FileName.environment("TERM") != "dumb"
    }
  }

  private static func draw(_ report: ProgressMeter.Report) {
    write("\r\(ProgressLine.text(report, columnCount: columnCount))\u{1B}[K")
  }

  /// Looked up for each line, because a window may change its size.
  private static var columnCount: Int {
    File.errorColumnCount ?? FileName.environment("COLUMNS").flatMap { Int($0) }.flatMap {
      $0 > 0 ? $0 : nil
    } ?? 80
  }

  private static func write(_ text: String) {
    // A progress bar that can't be drawn is no reason to fail.
    try? File.standardError().writeAll(Array(text.utf8).span)
  }
}
