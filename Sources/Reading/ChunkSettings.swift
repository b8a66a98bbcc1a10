/// How a shard is read in chunks.
package struct ChunkSettings: Sendable {
  /// 512 KiB: between 256 KiB and 1 MiB no difference was measured; 64 KiB cost 8 %.
  package static let defaultByteCount = 512 << 10

  package var limits: ReadingLimits
  /// The approximate size of a chunk in bytes.
  package var chunkByteCount: Int
  /// The number of records in a chunk, which is handed out as soon as they are read; nil to go by
  /// the size. Only lines are read in this way.
  package var recordLimit: Int?
  /// Whether the stored bytes are hashed.
  package var hashesContent: Bool
  /// Whether ``Chunk/recordCountBefore`` is needed.
  package var countsRecords: Bool
  /// The fields that the decoders of the chunks are asked for; nil if there are none.
  ///
  /// A format that stores fields apart reads no others.
  package var request: DocumentRequest?
  /// Decodes frames of the shard before they are read; nil if nobody does.
  package var ahead: FramesAhead?

  package init(
    limits: ReadingLimits = ReadingLimits(), chunkByteCount: Int = defaultByteCount,
    hashesContent: Bool = false, countsRecords: Bool = false, request: DocumentRequest? = nil
  ) {
    self.limits = limits
    self.chunkByteCount = chunkByteCount
    self.hashesContent = hashesContent
    self.countsRecords = countsRecords
    self.request = request
  }
}
