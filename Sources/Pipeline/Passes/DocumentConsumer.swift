internal import Resampling

/// The work of one worker on the documents of a pass, in memory of its own.
protocol DocumentConsumer: ~Copyable, SendableMetatype {
  associatedtype Result: Sendable

  /// Whether the record at a position is to be read at all.
  ///
  /// Within a chunk, positions come in pool order. Other records aren't parsed.
  mutating func wants(_ position: Position) -> Bool

  /// Whether ``keep(_:at:)`` is to be called with the record at a place.
  func keeps(_ place: RecordPlace) -> Bool

  /// Takes a record as it stands in its shard, before it is parsed.
  mutating func keep(_ record: Span<UInt8>, at position: Position)

  /// Adds a document.
  ///
  /// - Throws: ``InvalidLine`` if the document lacks something, which makes it an invalid record.
  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws

  /// Called after the last document of each chunk, and if a failure ended the chunk.
  ///
  /// - Parameter number: the chunk's number in its shard, from 0.
  mutating func endChunk(_ number: Int) throws

  consuming func finish() -> Result
}

extension DocumentConsumer where Self: ~Copyable {
  mutating func wants(_ position: Position) -> Bool { true }
  func keeps(_ place: RecordPlace) -> Bool { false }
  mutating func keep(_ record: Span<UInt8>, at position: Position) {}
}
