internal import Files
internal import Parquet
internal import Platform

/// Parquet files: tables, of which only the columns that are needed are read.
///
/// A record is a row, and its place is the row's number in the file, from 0.
struct ParquetFormat: DocumentFormat {
  func recognizes(_ head: Span<UInt8>) -> Bool {
    [Footer.magic, Footer.encryptedMagic].contains { magic in
      head.count >= magic.count && magic.indices.allSatisfy { head[$0] == magic[$0] }
    }
  }

  var nameEndings: [String] { [".parquet"] }

  /// A Parquet file is read from its end.
  var isSequential: Bool { false }

  var hasLines: Bool { false }

  func chunkReader(
    of source: consuming ByteSource, _ settings: ChunkSettings
  ) throws(ReadingError) -> any ChunkReader & ~Copyable {
    let table = try ParquetTable(source.shard, source.file, settings.request)
    return try ParquetChunkReader(source, table, settings)
  }

  func chunkDecoder(
    _ request: DocumentRequest, _ limits: ReadingLimits
  ) throws(ReadingError) -> any ChunkDecoder & ~Copyable {
    ParquetDecoder(request, limits)
  }

  func recordReader(
    of source: consuming ByteSource, _ request: DocumentRequest
  ) throws(ReadingError) -> any RecordReader & ~Copyable {
    let table = try ParquetTable(source.shard, source.file, request)
    return ParquetRecordReader(source, RowReader(table, request))
  }
}

/// The bytes of a shard, for the reader of Parquet.
struct ShardStore: ByteStore {
  let file: Shard.OpenFile
  let byteCount: Int

  func read(into output: inout OutputSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
    try file.file.read(into: &output, at: offset)
  }
}
