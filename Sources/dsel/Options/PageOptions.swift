import ArgumentParser
import Files
import Pipeline
import Reporting

/// A page about the run, and the data that it is made from.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Write a page about the run: one HTML file with charts, words and sample documents. The pool \
      is read once more.
      """, valueName: "file.html"),
    completion: .file())
  var report: String?

  @Option(
    help: ArgumentHelp(
      """
      Write the data of that page as JSON. 'dsel report FILE' makes the page. It contains texts of \
      documents.
      """, valueName: "file.json"),
    completion: .file())
  var reportData: String?

  func validate() throws {
    for (name, value) in [("--report", report), ("--report-data", reportData)] {
      if value == "" { throw ValidationError("\(name) is empty. Name a file.") }
      if value == "-" {
        throw ValidationError("\(name) can't be standard output (-). For that, write /dev/stdout.")
      }
    }
    try Self.validatePage("--report", report)
    try OutputName.validate("--report-data", reportData, endings: [".json"], "JSON")
  }

  /// - Throws: `ValidationError` for a name that isn't one of a page.
  static func validatePage(_ option: String, _ path: String?) throws {
    try OutputName.validate(option, path, endings: [".html", ".htm"], "an HTML page")
  }

  /// - Parameter domainField: the field of a document's domain.
  func settings(domainField: String? = nil) -> ReportSettings? {
    let settings = ReportSettings(page: report, data: reportData, domainField: domainField)
    return settings.isRequested ? settings : nil
  }
}

/// The field that a page counts documents by.
struct DomainOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "In the report: count documents by the value of this field. Dots lead into objects.",
      valueName: "path"))
  var domainField: String?

  func validate() throws {
    if let domainField {
      try ReadingOptions.validateField(domainField, option: "--domain-field")
    }
  }

  /// Refuses a field that nothing counts.
  func validate(with page: PageOptions) throws {
    guard domainField == nil || page.settings() != nil else {
      throw ValidationError("--domain-field needs --report or --report-data, which count domains.")
    }
  }
}

/// Whether a command may replace the files of its report.
struct ReplaceOptions: ParsableArguments {
  @Flag(help: "Replace existing files of the report.")
  var force = false
}
