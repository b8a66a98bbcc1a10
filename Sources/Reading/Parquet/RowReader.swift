internal import Files
internal import Parquet
internal import Platform

/// Reads the texts and the fields of rows, one row after another.
///
///     let rows = try RowReader(table, request)
///     try rows.seek(to: 100, inGroup: 0)
///     try rows.next()
///     try rows.withText { text, fields in … }
///
/// A text that is one column of strings is passed on as it stands in its page. Any other row is
/// written as a line of JSON with the chosen columns, and read as such a line is. So a
/// ``TextExpression`` means the same in both formats.
final class RowReader {
  let table: ParquetTable
  private let columns: [ColumnReader]
  private var parser: DocumentParser
  /// Whether each field of the text has been found so far; empty for a plain path.
  var foundFields: [Bool] { parser.foundFields }
  /// Whether a column stands at the first entry of the row that comes next: the end of a list shows
  /// only in the entry after it.
  private var isAhead: [Bool]
  private var hasEntry: [Bool]
  private var group = -1
  private var nextRow = 0
  /// The number of the current row in the file.
  private(set) var row = 0

  /// The current row as JSON, if it isn't read directly.
  private var line = ByteBuffer()
  private var text = ByteBuffer()
  private var fields: [FieldValue] = []
  private var failure: InvalidLine?
  /// The size of the current row's text; zero if it has none.
  private(set) var textByteCount = 0

  init(_ table: ParquetTable, _ request: DocumentRequest, limit: Int = 0) {
    self.table = table
    let pageLimit = max(ParquetTable.smallestPageLimit, limit)
    columns = table.columns.nodes.map { ColumnReader($0, table.store, limit: pageLimit) }
    isAhead = Array(repeating: false, count: columns.count)
    hasEntry = isAhead
    parser = DocumentParser(textField: request.textField, fields: request.fields)
  }

  // MARK: Moving

  /// Makes a row the next one.
  ///
  /// - Throws: ``ReadingError``
  func seek(to row: Int, inGroup group: Int) throws(ReadingError) {
    try ParquetTable.reading(table.path) { () throws(ParquetError) in
      if group != self.group || row < nextRow {
        for (number, column) in columns.enumerated() {
          column.begin(table.groups[group].chunks[number])
          isAhead[number] = false
        }
        self.group = group
        nextRow = 0
      }
      let skippedCount = row - nextRow
      guard skippedCount > 0 else { return }
      for (number, column) in columns.enumerated() {
        if column.leaf.repetitionLevel == 0 {
          try column.skipRows(skippedCount)
        } else {
          for _ in 0..<skippedCount {
            try begin(number)
            repeat { try advance(number) } while hasEntry[number] && column.repetition > 0
            isAhead[number] = true
          }
        }
      }
      nextRow = row
    }
  }

  /// Goes to the next row.
  ///
  /// - Throws: ``ReadingError``
  func next() throws(ReadingError) {
    row = table.groups[group].firstRow + nextRow
    nextRow += 1
    failure = nil
    do {
      for number in columns.indices { try begin(number) }
      if let text = table.columns.text {
        textByteCount = columns[text].isPresent ? columns[text].byteCount : 0
      } else {
        try makeLine()
        try readLine()
      }
    } catch let error as ParquetError {
      try ParquetTable.reading(table.path) { () throws(ParquetError) in throw error }
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      preconditionFailure("no other errors are thrown")
    }
  }

  /// Goes to the first entry of a column in the row.
  private func begin(_ number: Int) throws(ParquetError) {
    if !isAhead[number] { try advance(number) }
    isAhead[number] = false
    guard hasEntry[number] else { throw .damaged(reason: "a column has too few values") }
    guard columns[number].repetition == 0 else { throw .damaged(reason: "a row has no begin") }
  }

  private func advance(_ number: Int) throws(ParquetError) {
    hasEntry[number] = try columns[number].advance()
  }

  // MARK: Texts

  /// Calls `body` with the row's text and fields.
  ///
  /// - Throws: the errors of ``ChunkDecoder/withText(in:_:)``.
  func withText(_ body: (Span<UInt8>, [FieldValue]) throws -> Void) throws {
    guard let text = table.columns.text else {
      if let failure { throw failure }
      return try Self.lend(self.text, fields, body)
    }
    guard columns[text].isPresent else { throw try failureOfNull(text) }
    var values: [FieldValue] = []
    for field in table.columns.fields {
      switch field {
      case .missing: values.append(.missing)
      case .column(let number): values.append(try FieldValue(of: columns[number]))
      }
    }
    try columns[text].withBytes { bytes in
      try JSONScanner.checkUTF8(bytes, .chosen)
      try body(bytes, values)
    }
  }

  private static func lend(
    _ text: borrowing ByteBuffer, _ fields: [FieldValue],
    _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws {
    try body(text.span, fields)
  }

  /// Calls `body` with a line of JSON that has the chosen columns.
  func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    if table.columns.text != nil { try makeLine() }
    try Self.lend(line, [], { line, _ in try body(line) })
  }

  /// The error that the row's line would give, where the text is null.
  private func failureOfNull(_ text: Int) throws -> InvalidLine {
    try makeLine()
    try readLine()
    return failure ?? .notAString(path: "", found: .null)
  }

  /// Reads the row's line as a line of a file of JSON lines.
  private func readLine() throws {
    text.removeAll(keepingCapacityUpTo: 4 << 20)
    textByteCount = 0
    var found = ByteBuffer()
    swap(&found, &text)
    defer {
      swap(&found, &text)
      textByteCount = text.count
    }
    var values: [FieldValue] = []
    var copy = ByteBuffer()
    do {
      // The parser changes long lines, and the line itself is still needed.
      let isLong = line.count > DocumentParser.longLine
      if isLong { try Self.lend(line, []) { line, _ in try copy.append(line) } }
      if !isLong { swap(&copy, &line) }
      defer { if !isLong { swap(&copy, &line) } }
      try parser.parse(0..<copy.count, of: &copy) { text, fields in
        try found.append(text)
        values = fields
      }
    } catch let error as InvalidLine {
      failure = error
    }
    fields = values
  }

  // MARK: JSON

  /// Writes the row as a line of JSON. Columns in lists are then at their next row.
  private func makeLine() throws {
    var line = ByteBuffer()
    swap(&line, &self.line)
    defer { swap(&line, &self.line) }
    line.removeAll(keepingCapacityUpTo: 4 << 20)
    try write(table.columns.row, to: &line)
  }

  private func write(
    _ parts: [ColumnChoice.Part], to line: inout ByteBuffer
  ) throws(ParquetError) {
    try line.append(UInt8(ascii: "{"))
    for (index, part) in parts.enumerated() {
      if index > 0 { try line.append(UInt8(ascii: ",")) }
      try line.append(jsonString: part.name.span)
      try line.append(UInt8(ascii: ":"))
      try write(part, to: &line)
    }
    try line.append(UInt8(ascii: "}"))
  }

  private func write(
    _ part: ColumnChoice.Part, to line: inout ByteBuffer
  ) throws(ParquetError) {
    let definition = columns[part.columns.lowerBound].definition
    if part.repetition == .optional, definition < part.definition {
      try line.append(ascii: "null")
      return try pass(part.columns)
    }
    switch part.shape {
    case .column(let number):
      try line.append(jsonValueOf: columns[number])
      try pass(part.columns)
    case .object(let parts): try write(parts, to: &line)
    case .list(let item):
      try line.append(UInt8(ascii: "["))
      try writeItems(part, to: &line) { line throws(ParquetError) in
        try write(item, to: &line)
      }
      try line.append(UInt8(ascii: "]"))
    case .map(let key, let value):
      try line.append(UInt8(ascii: "{"))
      try writeItems(part, to: &line) { line throws(ParquetError) in
        // Keys of other types become strings, as in JSON.
        let isString = columns[key.columns.lowerBound].leaf.physical == .bytes
        if !isString { try line.append(UInt8(ascii: "\"")) }
        try write(key, to: &line)
        if !isString { try line.append(UInt8(ascii: "\"")) }
        try line.append(UInt8(ascii: ":"))
        try write(value, to: &line)
      }
      try line.append(UInt8(ascii: "}"))
    }
  }

  /// Calls `body` for each item of a list.
  private func writeItems(
    _ list: ColumnChoice.Part, to line: inout ByteBuffer,
    _ body: (inout ByteBuffer) throws(ParquetError) -> Void
  ) throws(ParquetError) {
    let first = list.columns.lowerBound
    guard columns[first].definition >= list.itemDefinition else { return try pass(list.columns) }
    while true {
      try body(&line)
      guard isAhead[first], hasEntry[first], columns[first].repetition >= list.itemLevel else {
        break
      }
      for number in list.columns {
        guard hasEntry[number], columns[number].repetition == list.itemLevel else {
          throw .damaged(reason: "the columns of a list have different lengths")
        }
      }
      try line.append(UInt8(ascii: ","))
    }
  }

  /// Goes on, in columns in lists, from entries that are done.
  private func pass(_ numbers: Range<Int>) throws(ParquetError) {
    for number in numbers where columns[number].leaf.repetitionLevel > 0 {
      // A column that has ended in the middle of a row is damaged.
      guard hasEntry[number] else { throw .damaged(reason: "a column has too few values") }
      try advance(number)
      isAhead[number] = true
    }
  }
}
