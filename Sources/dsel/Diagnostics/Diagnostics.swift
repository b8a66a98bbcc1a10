import Files
import Reporting

/// The output on standard error: findings, warnings and errors.
struct Diagnostics {
  /// Whether only warnings and errors are printed.
  var isQuiet: Bool

  /// Prints the findings of a run, between the warnings that come before and after them.
  func report(_ report: some Report) {
    warn(report.warnings)
    if !isQuiet { Self.write(ReportFormat.text.render(report)) }
    warn(report.closingWarnings)
  }

  func warn(_ warnings: [String]) {
    for warning in warnings { say("warning: \(warning)") }
  }

  /// Says what the command line implies.
  func note(_ note: String) {
    if !isQuiet { say("note: \(note)") }
  }

  func fail(_ message: ErrorMessage) { say(message.text) }

  private func say(_ line: String) { Self.write(Array((PrintableText.of(line) + "\n").utf8)) }

  private static func write(_ text: [UInt8]) {
    // If standard error is gone, there is no other place to report that.
    try? File.standardError().writeAll(text.span)
  }
}
