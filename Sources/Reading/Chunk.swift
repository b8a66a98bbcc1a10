package import Files

/// Some records of one shard, read but not decoded.
///
/// A ``ShardReader`` fills it, under the shard's lock; a ``DocumentDecoder`` finds the documents in
/// it. Only the shard's ``DocumentFormat`` knows the meaning of the bytes.
package struct Chunk: ~Copyable, Sendable {
  package var bytes = ByteBuffer()
  /// The shard's number in the order given, from 0, and its name.
  package internal(set) var shard = 0
  package internal(set) var path = ""
  /// The format that wrote the bytes, and decodes them.
  package internal(set) var format: any DocumentFormat = JSONLines()
  /// The chunk's number in its shard, from 0.
  package var number = 0
  /// Where the chunk begins in the shard, in the format's own terms: the byte offset of a line, for
  /// example, or the number of a row.
  package var place = 0
  /// The number of the shard's records before this chunk; zero unless they are counted.
  package var recordCountBefore = 0
  /// What the format's decoder has to know besides the bytes, such as where columns begin in them.
  package var layout: (any Sendable)?

  package init() {}
}
