internal import Files

/// Finds the documents in chunks of rows.
struct ParquetDecoder: ChunkDecoder, ~Copyable {
  private let request: DocumentRequest
  private let limits: ReadingLimits
  /// Reads the file of the latest chunk.
  private var reader: RowReader?
  private var rows: ParquetRows?
  private var index = 0
  private(set) var recordIndex = 0
  /// What the readers of earlier files found.
  private var foundBefore: [Bool]?
  var foundFields: [Bool] {
    guard let reader else { return foundBefore ?? [] }
    return DocumentDecoder.either(foundBefore, reader.foundFields)
  }

  init(_ request: DocumentRequest, _ limits: ReadingLimits) {
    self.request = request
    self.limits = limits
  }

  mutating func begin(_ chunk: inout Chunk) throws(ReadingError) {
    guard let rows = chunk.layout as? ParquetRows else {
      preconditionFailure("the chunk of another format")
    }
    self.rows = rows
    (index, recordIndex) = (0, 0)
    let reader: RowReader
    if let last = self.reader, last.table === rows.table {
      reader = last
    } else {
      if self.reader != nil { foundBefore = foundFields }
      reader = RowReader(rows.table, request, limit: limits.maximumLine)
      self.reader = reader
    }
    try reader.seek(to: rows.firstRow, inGroup: rows.group)
  }

  mutating func next(in chunk: borrowing Chunk) throws(ReadingError) -> Record? {
    recordIndex = index
    guard let rows, let reader, index < rows.rowCount else { return nil }
    index += 1
    try reader.next()
    guard reader.textByteCount <= limits.maximumLine else {
      throw .lineTooLong(path: chunk.path, offset: reader.row, limit: limits.maximumLine)
    }
    return Record(place: reader.row, byteCount: 0, index: recordIndex)
  }

  mutating func withText(
    in chunk: inout Chunk, _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws {
    try reader?.withText(body)
  }

  mutating func validate(in chunk: borrowing Chunk) throws {
    try reader?.withText { _, _ in }
  }

  mutating func withLine(in chunk: borrowing Chunk, _ body: (Span<UInt8>) throws -> Void) throws {
    try reader?.withLine(body)
  }
}
