extension ReportFormat {
  /// The sections, separated by blank lines.
  ///
  /// Warnings are not included: a command prints them to standard error, where they don't mix with
  /// a result.
  package static let text = ReportFormat("text") { report in
    Array(report.sections.map(text).joined(separator: "\n").utf8)
  }

  /// The same, followed by further figures.
  package static let verboseText = ReportFormat("text") { report in
    text.render(report) + Array(text(.lines(report.details)).utf8)
  }

  private static func text(_ section: ReportSection) -> String {
    switch section {
    case .lines(let lines):
      lines.map { PrintableText.of($0, keepsLines: false) + "\n" }.joined()
    case .table(let table): text(table)
    }
  }

  /// Aligned columns: names on the left, numbers on the right, and remarks after them.
  private static func text(_ table: ReportTable) -> String {
    let rows = ([table.header] + table.rows.map { [$0.name] + $0.cells }).map { row in
      row.map { PrintableText.of($0, keepsLines: false) }
    }
    let widths = table.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let remarks = [""] + table.rows.map { $0.remark ?? "" }
    return zip(rows, remarks).map { row, remark in
      var line = row[0] + String(repeating: " ", count: widths[0] - row[0].count)
      for column in row.indices.dropFirst() {
        line += "  " + String(repeating: " ", count: widths[column] - row[column].count)
        line += row[column]
      }
      if !remark.isEmpty { line += "  \(PrintableText.of(remark, keepsLines: false))" }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
