package import Files

/// Some records of one shard, read but not decoded.
///
/// A ``ShardReader`` fills it, under the shard's lock. A ``DocumentDecoder`` finds the documents in
/// it. Only the shard's ``DocumentFormat`` knows the meaning of the bytes.
package struct Chunk: ~Copyable, Sendable {
  package var bytes = ByteBuffer()
  /// The shard's name and its number in the given order, from 0.
  package internal(set) var shard = 0
  package internal(set) var path = ""
  /// The format that wrote the bytes, and decodes them.
  package internal(set) var format: any DocumentFormat = JSONLines()
  /// The chunk's number in its shard, from 0.
  package var number = 0
  /// The start of the chunk in the shard, in the format's own terms.
  ///
  /// It may be the byte offset of a line, for example, or the number of a row.
  package var place = 0
  /// The number of the shard's records before this chunk; zero unless they are counted.
  package var recordCountBefore = 0
  /// Further facts that the format's decoder needs, such as where columns begin in the bytes.
  package var layout: (any Sendable)?

  /// The size of the records, decompressed, where ``bytes`` doesn't hold them.
  var laterByteCount = 0

  /// The size of the records, decompressed.
  package var byteCount: Int { bytes.count + laterByteCount }

  package init() {}
}
