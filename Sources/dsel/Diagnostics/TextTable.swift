/// Rows of a name and of numbers, which are set to the right.
struct TextTable {
  private var rows: [[String]]
  private var notes = [""]

  init(header: [String]) { rows = [header] }

  /// - Parameter note: stands behind the row.
  mutating func add(_ name: String, _ cells: [String], note: String = "") {
    rows.append([name] + cells)
    notes.append(note)
  }

  /// Lines, each with its end.
  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return zip(rows, notes).map { row, note in
      var line = row[0] + String(repeating: " ", count: widths[0] - row[0].count)
      for column in row.indices.dropFirst() {
        line += "  " + String(repeating: " ", count: widths[column] - row[column].count)
        line += row[column]
      }
      line += note
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
