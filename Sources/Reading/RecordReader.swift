/// Reads chosen records of a shard again, by their places.
package protocol RecordReader: ~Copyable {
  /// The bytes read from the file so far, as they are stored.
  var storedByteCount: Int { get }

  /// Goes to the record at a place, which must not lie before an earlier call's.
  ///
  /// - Parameter byteCount: ``Record/byteCount``.
  /// - Throws: ``ReadingError``: ``ReadingError/changed(path:)`` if there is no such record.
  mutating func read(at place: Int, byteCount: Int) throws(ReadingError)

  /// Does as ``read(at:byteCount:)`` does, unless the record isn't at hand.
  ///
  /// - Returns: false, and nothing is read, if it isn't: see what conforms to this.
  /// - Throws: the errors of ``read(at:byteCount:)``.
  mutating func find(at place: Int, byteCount: Int) throws(ReadingError) -> Bool

  /// Calls `body` with the record's text. The call may change the record's bytes: take them before.
  ///
  /// - Throws: the errors of ``ChunkDecoder/withText(in:_:)``.
  mutating func withText(_ body: (Span<UInt8>) throws -> Void) throws

  /// Calls `body` with the record as a line of JSON: byte for byte, if the record is such a line.
  mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws

  /// Checks that all records came from one file.
  ///
  /// If it changed meanwhile, records of both versions may be mixed.
  ///
  /// - Throws: ``ReadingError/changed(path:)``
  mutating func finish() throws(ReadingError)
}

extension RecordReader where Self: ~Copyable {
  package mutating func find(at place: Int, byteCount: Int) throws(ReadingError) -> Bool {
    try read(at: place, byteCount: byteCount)
    return true
  }
}
