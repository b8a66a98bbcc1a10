import ArgumentParser
import Reporting

/// How a command reports on its run. The result goes elsewhere.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print a report of the run to standard output, as JSON.")
  var json = false

  /// Refuses to mix the result and the report on standard output.
  func validate(with output: FileOutputOptions) throws {
    try validate(writesToStandardOutput: output.path == nil)
  }

  func validate(writesToStandardOutput: Bool) throws {
    guard !json || !writesToStandardOutput else {
      throw ValidationError(
        "--json prints to standard output, where the result goes too. Name a file with --output.")
    }
  }
}

/// How a command prints a report that is its result.
struct ResultOptions: ParsableArguments {
  @Flag(help: "Print the result as JSON.")
  var json = false

  var format: ReportFormat { json ? .json : .text }
}
