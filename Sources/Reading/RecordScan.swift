/// Reads the records of one shard one after the other, on one thread.
///
///     var scan = try RecordScan(shard, number: 0, request, limits)
///     while try scan.nextChunk() {
///       while let record = try scan.next() {
///         try scan.withText { text, fields in … }
///       }
///     }
package struct RecordScan: ~Copyable {
  private var reader: ShardReader
  private var decoder: DocumentDecoder
  private var chunk = Chunk()
  /// The number of records in all chunks before the current one, blank ones included.
  private var countBefore = 0
  private var isInChunk = false

  /// - Throws: ``ReadingError``
  package init(
    _ shard: Shard, number: Int, _ request: DocumentRequest, _ limits: ReadingLimits
  ) throws(ReadingError) {
    let decoder = try DocumentDecoder(request, limits)
    let reader = try ShardReader(
      shard, number: number, ChunkSettings(limits: limits, request: request))
    self.decoder = decoder
    self.reader = reader
  }

  package var storedByteCount: Int { reader.progress.storedByteCount }
  /// The bytes of the current chunk.
  package var chunkByteCount: Int { chunk.byteCount }
  /// The number of the shard's records before the current one; of all once there are no more.
  package var recordCountBefore: Int { countBefore + (isInChunk ? decoder.recordIndex : 0) }

  /// Goes to the next chunk, once ``next()`` has passed the last record of the current one.
  ///
  /// - Returns: false at the end of the shard.
  /// - Throws: ``ReadingError``
  package mutating func nextChunk() throws(ReadingError) -> Bool {
    countBefore = recordCountBefore
    isInChunk = false
    guard try reader.next(into: &chunk) else { return false }
    try decoder.begin(&chunk)
    isInChunk = true
    return true
  }

  /// Moves on to the chunk's next record that isn't blank; nil at the end of the chunk.
  ///
  /// - Throws: ``ReadingError``
  package mutating func next() throws(ReadingError) -> Record? { try decoder.next(in: chunk) }

  /// See ``ChunkDecoder/withText(in:_:)``.
  package mutating func withText(_ body: (Span<UInt8>, [FieldValue]) throws -> Void) throws {
    try decoder.withText(in: &chunk, body)
  }

  /// See ``ChunkDecoder/validate(in:)``.
  package mutating func validate() throws { try decoder.validate(in: chunk) }

  /// See ``ChunkDecoder/withLine(in:_:)``.
  package mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    try decoder.withLine(in: chunk, body)
  }
}
