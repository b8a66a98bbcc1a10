import ArgumentParser
import Reporting

/// How a command reports on its run. The result goes elsewhere.
struct ReportOptions: ParsableArguments {
  @Flag(
    help: """
      Print a report of the run as JSON, to standard output, or to standard error if the result \
      goes to standard output. Warnings and errors become lines of JSON.
      """)
  var json = false
}

/// How a command prints a report that is its result.
struct ResultOptions: ParsableArguments {
  @Flag(help: "Print the result as JSON. Warnings and errors become lines of JSON.")
  var json = false

  var format: ReportFormat { json ? .json : .text }
}
