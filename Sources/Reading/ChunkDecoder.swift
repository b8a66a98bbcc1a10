/// Finds the documents in chunks, one record after the other. Each thread has one of its own, with
/// the scratch memory that it needs.
package protocol ChunkDecoder: ~Copyable {
  /// The index of the record that ``next(in:)`` returned last, or failed at; the number of all the
  /// chunk's records once there are no more.
  var recordIndex: Int { get }

  /// Goes to the chunk's first record.
  ///
  /// - Throws: ``ReadingError``
  mutating func begin(_ chunk: inout Chunk) throws(ReadingError)

  /// Moves on to the next record that isn't blank; nil at the end of the chunk.
  ///
  /// - Throws: ``ReadingError/lineTooLong(path:offset:limit:)``
  mutating func next(in chunk: borrowing Chunk) throws(ReadingError) -> Record?

  /// Calls `body` with the current record's text and the values of the fields that were asked for,
  /// in their order.
  ///
  /// The record's bytes may be changed by this: take them before.
  ///
  /// - Throws: ``InvalidLine`` if the record holds no document, ``SystemError`` of operation
  ///   `allocate`, and what `body` throws.
  mutating func withText(
    in chunk: inout Chunk, _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws

  /// Checks that the current record holds a document, and leaves its bytes as they are.
  ///
  /// - Throws: what ``withText(in:_:)`` throws.
  mutating func validate(in chunk: borrowing Chunk) throws

  /// Calls `body` with the current record as a line of JSON, which a format without lines makes.
  mutating func withLine(in chunk: borrowing Chunk, _ body: (Span<UInt8>) throws -> Void) throws
}
