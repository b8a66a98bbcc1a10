/// A format that shards of documents may have.
///
/// Only its code knows what a record is, and what a record's place means.
///
/// A format is stateless. It makes the three parts that read a shard:
///
/// - a ``ChunkReader`` cuts the shard into chunks of whole records, under the shard's lock;
/// - a ``ChunkDecoder`` finds the documents of a chunk: the heavy part, on any thread;
/// - a ``RecordReader`` reads chosen records again, by their places.
///
/// A new format is a type that conforms to this protocol, and one line in ``all``.
package protocol DocumentFormat: Sendable {
  /// Whether a file that begins with these bytes, as they are stored, has this format.
  func recognizes(_ head: Span<UInt8>) -> Bool

  /// The endings of file names, in small letters, by which its files in a directory are known.
  var nameEndings: [String] { get }

  /// Whether shards are read from beginning to end.
  ///
  /// If so, the spool of a pipe may be compressed. A format with random access finds the pipe's
  /// bytes in the spool unchanged.
  var isSequential: Bool { get }

  /// Whether records are lines, which can be copied as they are.
  ///
  /// If they are rows of a table, a record's place is its row's number, from 0, and its size is 0.
  var hasLines: Bool { get }

  /// - Throws: ``ReadingError``
  func chunkReader(
    of source: consuming ByteSource, _ settings: ChunkSettings
  ) throws(ReadingError) -> any ChunkReader & ~Copyable

  /// - Throws: ``ReadingError``
  func chunkDecoder(
    _ request: DocumentRequest, _ limits: ReadingLimits
  ) throws(ReadingError) -> any ChunkDecoder & ~Copyable

  /// - Throws: ``ReadingError``
  func recordReader(
    of source: consuming ByteSource, _ request: DocumentRequest
  ) throws(ReadingError) -> any RecordReader & ~Copyable
}
