/// The findings of a run, ready to be rendered in any ``ReportFormat``.
///
/// Each command's result conforms to it in a file of its own under `Found/`. JSON has the value's
/// own members; the formats for people have the sections.
package protocol Report: Encodable, Sendable {
  /// The findings, in reading order.
  var sections: [ReportSection] { get }
  /// Further figures, for those who ask for them with `--verbose`.
  var details: [String] { get }
  /// What a user should know or do, one sentence or two each. They follow the findings.
  var remarks: [String] { get }
  /// Things to check in the input and the result. They come last, where they are seen.
  var warnings: [String] { get }
}

extension Report {
  package var details: [String] { [] }
  package var remarks: [String] { [] }
  package var warnings: [String] { [] }
}

/// A part of a report for people.
package enum ReportSection: Sendable {
  /// Lines of text.
  case lines([String])
  case table(ReportTable)
}
