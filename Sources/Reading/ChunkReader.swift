/// Reads a shard from its beginning, in chunks of whole records.
package protocol ChunkReader: ~Copyable, Sendable {
  /// The progress so far.
  var progress: ShardProgress { get }

  /// Fills `chunk` with the next records: its bytes, place, layout and count of records before.
  ///
  /// - Returns: false, with an empty chunk, at the end of the shard, after a check that the file
  ///   hasn't changed since the run began.
  /// - Throws: ``ReadingError``; the chunk's content is unspecified then.
  mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool

  /// Why the command that gives the shard has failed, if it has: see ``ByteSource/commandFault()``.
  ///
  /// Nothing can be read after that.
  mutating func commandFault() -> ReadingError?
}

extension ChunkReader where Self: ~Copyable {
  mutating func commandFault() -> ReadingError? { nil }
}
