/// Finds the documents in chunks, one record after the other.
///
/// Each thread has a decoder of its own, with the scratch memory that it needs.
package protocol ChunkDecoder: ~Copyable {
  /// The index of the record that ``next(in:)`` returned last, or failed at.
  ///
  /// Once there are no more records, it is the number of all the chunk's records.
  var recordIndex: Int { get }

  /// Whether each field of the text has been found in a record so far, in the order of the
  /// ``TextExpression``; empty if that isn't known.
  var foundFields: [Bool] { get }

  /// Goes to the chunk's first record.
  ///
  /// - Throws: ``ReadingError``
  mutating func begin(_ chunk: inout Chunk) throws(ReadingError)

  /// Moves on to the next record that isn't blank; nil at the end of the chunk.
  ///
  /// - Throws: ``ReadingError/lineTooLong(path:offset:limit:)``
  mutating func next(in chunk: borrowing Chunk) throws(ReadingError) -> Record?

  /// Calls `body` with the current record's text and the values of the requested fields, in order.
  ///
  /// The call may change the record's bytes: take them before.
  ///
  /// - Throws: ``InvalidLine`` if the record holds no document, ``SystemError`` of operation
  ///   `allocate`, and what `body` throws.
  mutating func withText(
    in chunk: inout Chunk, _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws

  /// Checks that the current record holds a document, and leaves its bytes unchanged.
  ///
  /// - Throws: the errors of ``withText(in:_:)``.
  mutating func validate(in chunk: borrowing Chunk) throws

  /// Calls `body` with the current record as a line of JSON. A format without lines makes one.
  mutating func withLine(in chunk: borrowing Chunk, _ body: (Span<UInt8>) throws -> Void) throws
}

extension ChunkDecoder where Self: ~Copyable {
  package var foundFields: [Bool] { [] }
}
