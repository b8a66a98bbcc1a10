import Files
import Pipeline
import Platform
import Reporting

/// The output on standard error: findings, warnings and errors.
///
/// It is text for people, or one JSON object per line for programs.
struct Diagnostics {
  /// Whether only warnings and errors are printed.
  var isQuiet: Bool
  /// Whether the findings have all details.
  var isVerbose = false
  /// Whether each line is a JSON object.
  var isJSON = false

  /// Prints the findings of a run, then notes and warnings.
  ///
  /// - Parameter isElsewhere: whether programs find them on standard output.
  func report(_ report: some Report, isElsewhere: Bool) {
    if isJSON {
      if !isElsewhere { Self.write(Event.report(report).line) }
    } else if !isQuiet {
      Self.write((isVerbose ? ReportFormat.verboseText : .text).render(report))
    }
    report.remarks.forEach(note)
    warn(report.warnings)
  }

  func warn(_ warnings: [String]) {
    for warning in warnings { say(.warning(warning), warning, label: .warning) }
  }

  /// Says what the command line implies.
  func note(_ note: String) {
    if !isQuiet { say(.note(note), note, label: .note) }
  }

  func fail(_ error: PipelineError) { say(.error(ErrorReport(error)), ErrorMessage(error).text) }

  func fail(_ error: SystemError) { say(.error(ErrorReport(error)), ErrorMessage(error).text) }

  private func say(
    _ event: @autoclosure () -> Event, _ text: @autoclosure () -> String, label: Label? = nil
  ) {
    guard !isJSON else { return Self.write(event().line) }
    Self.write(Array("\(label?.text ?? "")\(PrintableText.of(text()))\n".utf8))
  }

  static func write(_ text: [UInt8]) {
    // If standard error is gone, there is no other place to report that.
    try? File.standardError().writeAll(text.span)
  }
}
