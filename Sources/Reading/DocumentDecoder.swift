/// Finds the documents in chunks of any format.
///
///     var decoder = DocumentDecoder(DocumentRequest(textField: "text"), limits)
///     try decoder.begin(&chunk)
///     while let record = try decoder.next(in: chunk) {
///       try decoder.withText(in: &chunk) { text, fields in … }
///     }
///
/// Use one decoder per thread: it keeps the scratch memory of the latest format.
package struct DocumentDecoder: ~Copyable {
  private let request: DocumentRequest
  private let limits: ReadingLimits
  private var decoder: any ChunkDecoder & ~Copyable
  private var format: any DocumentFormat.Type
  /// What earlier decoders found; nil before there was one.
  private var foundBefore: [Bool]?
  private var hasRead = false

  /// Whether each field of the text has been found in a record so far; empty if that isn't known.
  package mutating func foundFields() -> [Bool] {
    guard hasRead else { return foundBefore ?? [] }
    return Self.either(foundBefore, decoder.foundFields)
  }

  /// - Returns: empty if one of them doesn't know.
  package static func either(_ one: [Bool]?, _ other: [Bool]) -> [Bool] {
    guard let one else { return other }
    return one.count == other.count ? zip(one, other).map { $0 || $1 } : []
  }

  /// See ``ChunkDecoder``, here and below.
  package private(set) var recordIndex = 0

  /// - Throws: ``ReadingError``
  package init(_ request: DocumentRequest, _ limits: ReadingLimits) throws(ReadingError) {
    self.request = request
    self.limits = limits
    // Replaced by the first chunk of another format.
    decoder = try JSONLines().chunkDecoder(request, limits)
    format = JSONLines.self
  }

  package mutating func begin(_ chunk: inout Chunk) throws(ReadingError) {
    if type(of: chunk.format) != format {
      if hasRead { foundBefore = foundFields() }
      decoder = try chunk.format.chunkDecoder(request, limits)
      format = type(of: chunk.format)
    }
    hasRead = true
    recordIndex = 0
    try decoder.begin(&chunk)
  }

  package mutating func next(in chunk: borrowing Chunk) throws(ReadingError) -> Record? {
    do throws(ReadingError) {
      let record = try decoder.next(in: chunk)
      recordIndex = record?.index ?? decoder.recordIndex
      return record
    } catch {
      recordIndex = decoder.recordIndex
      throw error
    }
  }

  package mutating func withText(
    in chunk: inout Chunk, _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws {
    try decoder.withText(in: &chunk, body)
  }

  package mutating func validate(in chunk: borrowing Chunk) throws {
    try decoder.validate(in: chunk)
  }

  package mutating func withLine(
    in chunk: borrowing Chunk, _ body: (Span<UInt8>) throws -> Void
  ) throws {
    try decoder.withLine(in: chunk, body)
  }
}
