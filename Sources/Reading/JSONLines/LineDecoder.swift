internal import Files
internal import Platform

/// Finds the documents in chunks of lines.
struct LineDecoder: ChunkDecoder, ~Copyable {
  private let maximumLine: Int
  private let wantsFields: Bool
  private var parser: DocumentParser
  /// The start of the next line in the chunk, and its number there.
  private var position = 0
  private var nextIndex = 0
  /// The current line.
  private var line = 0..<0
  private(set) var recordIndex = 0
  var foundFields: [Bool] { parser.foundFields }

  init(_ request: DocumentRequest, _ limits: ReadingLimits) {
    maximumLine = limits.maximumLine
    wantsFields = !request.fields.isEmpty
    parser = DocumentParser(textField: request.textField, fields: request.fields)
  }

  mutating func begin(_ chunk: inout Chunk) {
    (position, nextIndex, recordIndex) = (0, 0, 0)
  }

  mutating func next(in chunk: borrowing Chunk) throws(ReadingError) -> Record? {
    while let line = chunk.nextLine(from: &position) {
      recordIndex = nextIndex
      nextIndex += 1
      if chunk.isBlank(line) { continue }
      let place = chunk.place + line.lowerBound
      guard line.count <= maximumLine else {
        throw .lineTooLong(path: chunk.path, offset: place, limit: maximumLine)
      }
      self.line = line
      return Record(place: place, byteCount: line.count, index: recordIndex)
    }
    recordIndex = nextIndex
    return nil
  }

  mutating func withText(
    in chunk: inout Chunk, _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws {
    if wantsFields {
      try parser.parse(line, of: &chunk.bytes, body)
    } else {
      try parser.parse(line, of: &chunk.bytes) { text in try body(text, []) }
    }
  }

  mutating func validate(in chunk: borrowing Chunk) throws {
    try parser.validate(line, of: chunk.bytes)
  }

  mutating func withLine(in chunk: borrowing Chunk, _ body: (Span<UInt8>) throws -> Void) throws {
    try body(chunk.bytes.span.extracting(line))
  }
}
