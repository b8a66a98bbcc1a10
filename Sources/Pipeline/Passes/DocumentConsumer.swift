/// The work that one worker does on the documents of a pass, in memory of its own.
protocol DocumentConsumer: ~Copyable, SendableMetatype {
  associatedtype Result: Sendable

  /// Takes a document in.
  ///
  /// - Throws: ``InvalidLine`` where the document lacks something, which counts as an invalid
  ///   record.
  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws

  /// Called after the last document of each chunk, also where a failure ended it.
  ///
  /// - Parameter number: the chunk's number in its shard, from 0.
  mutating func endChunk(_ number: Int) throws

  consuming func finish() -> Result
}
