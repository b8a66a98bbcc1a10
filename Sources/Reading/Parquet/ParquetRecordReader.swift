internal import Files

/// Reads chosen rows of a Parquet file again, by their numbers, in order.
struct ParquetRecordReader: RecordReader, ~Copyable {
  private let source: ByteSource
  private let reader: RowReader
  private var row: Int?

  init(_ source: consuming ByteSource, _ reader: RowReader) {
    self.source = source
    self.reader = reader
  }

  /// The part of the file up to the current row.
  var storedByteCount: Int {
    let table = reader.table
    guard let row, table.rowCount > 0 else { return 0 }
    return Int(Double(table.store.byteCount) * (Double(row) / Double(table.rowCount)))
  }

  mutating func read(at place: Int, byteCount: Int) throws(ReadingError) {
    guard let group = reader.table.group(ofRow: place) else {
      throw .changed(path: source.shard.name)
    }
    // A record may be wanted twice.
    if place == row { return }
    row = place
    try reader.seek(to: place - reader.table.groups[group].firstRow, inGroup: group)
    try reader.next()
  }

  mutating func withText(_ body: (Span<UInt8>) throws -> Void) throws {
    try reader.withText { text, _ in try body(text) }
  }

  mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    try reader.withLine(body)
  }

  func finish() throws(ReadingError) { try source.checkUnchanged() }
}
