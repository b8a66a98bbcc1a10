/// The findings of a run, ready to be rendered in any ``ReportFormat``.
///
/// Each command's result conforms to it in a file of its own under `Found/`. JSON has the value's
/// own members; the formats for people have the sections.
package protocol Report: Encodable, Sendable {
  /// Things to check in the input and the result, one sentence or two each.
  var warnings: [String] { get }
  /// The findings, in reading order.
  var sections: [ReportSection] { get }
  /// Warnings that only make sense after the findings.
  var closingWarnings: [String] { get }
}

extension Report {
  package var warnings: [String] { [] }
  package var closingWarnings: [String] { [] }
}

/// A part of a report for people.
package enum ReportSection: Sendable {
  /// Lines of text.
  case lines([String])
  case table(ReportTable)
}
