import Files
import Pipeline
import Reporting

/// Draws a progress bar on standard error, each time on the same line.
struct ProgressPrinter {
  let meter: ProgressMeter
  private let isShown: Bool

  init(_ choice: RunOptions.Progress, isQuiet: Bool) {
    isShown = Self.isShown(choice, isQuiet: isQuiet)
    let draw: @Sendable (ProgressMeter.Report) -> Void = { Self.draw($0) }
    meter = ProgressMeter(show: isShown ? draw : nil)
  }

  func clear() { if isShown { Self.write("\r\u{1B}[K") } }

  static func clearLine(_ choice: RunOptions.Progress, isQuiet: Bool) {
    if isShown(choice, isQuiet: isQuiet) { write("\r\u{1B}[K") }
  }

  private static func isShown(_ choice: RunOptions.Progress, isQuiet: Bool) -> Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto:
      !isQuiet && File.standardError().isTerminal && FileName.environment("TERM") != "dumb"
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
