/// A table in a report: each row has a name and numbers.
package struct ReportTable: Sendable {
  package struct Row: Sendable {
    package var name: String
    /// One number per column after the first.
    package var cells: [String]
    /// A remark on the row, outside the columns.
    package var remark: String?
  }

  /// The titles of all columns; that of the names comes first.
  package let header: [String]
  package private(set) var rows: [Row] = []

  init(header: [String]) { self.header = header }

  mutating func add(_ name: String, _ cells: [String], remark: String? = nil) {
    rows.append(Row(name: name, cells: cells, remark: remark))
  }
}
