import Foundation
import TestSupport
import Testing

@testable import Reading

/// Rows are cut into chunks, which any thread decodes.
@Suite struct ChunkTests {
  private static let files = [
    "pyarrow-none-1-plain", "pyarrow-zstd-1-delta", "pyarrow-zstd-2-dictionary", "duckdb-zstd-2",
    "polars-snappy",
  ]
  private static let expressions: [TextField] = [
    "text", "text,meta.inner.text", "messages[].content", "deep[][].texts[]",
  ]

  @Test(arguments: files, [1, 100, 3000])
  func `Decoders that share chunks give the rows of one that has all`(
    file: String, chunkSize: Int
  ) throws {
    let shard = try Shard(path: Fixtures.path("golden/parquet/\(file).parquet"))
    for expression in Self.expressions {
      let expected = try texts(of: shard, expression, chunkSize: 1 << 30, decoderCount: 1)
      #expect(expected.count == 24)
      #expect(try texts(of: shard, expression, chunkSize: chunkSize, decoderCount: 1) == expected)
      #expect(try texts(of: shard, expression, chunkSize: chunkSize, decoderCount: 3) == expected)
    }
  }

  /// The texts of all rows. The decoders take chunks in turns.
  private func texts(
    of shard: Shard, _ textField: TextField, chunkSize: Int, decoderCount: Int
  ) throws -> [String?] {
    let request = DocumentRequest(textField: textField, fields: ["id"])
    var reader = try ShardReader(
      shard, number: 0,
      ChunkSettings(
        chunkByteCount: chunkSize, hashesContent: true, countsRecords: true, request: request))
    var texts: [Int: String] = [:]
    var rowCount = 0
    for decoder in 0..<decoderCount {
      var ownReader = try ShardReader(
        shard, number: 0, ChunkSettings(chunkByteCount: chunkSize, request: request))
      var ownDecoder = try DocumentDecoder(request, ReadingLimits())
      var chunk = Chunk()
      var place = 0
      while try ownReader.next(into: &chunk) {
        let isOwn = chunk.number % decoderCount == decoder
        #expect(chunk.place == place)
        #expect(chunk.recordCountBefore == place)
        guard isOwn else {
          // Only the number of rows is needed.
          var other = try DocumentDecoder(request, ReadingLimits())
          try other.begin(&chunk)
          while try other.next(in: chunk) != nil {}
          place += other.recordIndex
          continue
        }
        try ownDecoder.begin(&chunk)
        while let record = try ownDecoder.next(in: chunk) {
          #expect(record.place == place + record.index)
          rowCount += 1
          do {
            try ownDecoder.withText(in: &chunk) { text, fields in
              #expect(fields == [.string("doc-\(record.place)")])
              texts[record.place] = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
            }
          } catch is InvalidLine {}
        }
        place += ownDecoder.recordIndex
      }
    }
    var chunk = Chunk()
    while try reader.next(into: &chunk) {}
    let file = try ContentHash.of(shard)
    #expect(reader.progress.contentHash == file.hash)
    #expect(reader.progress.storedByteCount == file.byteCount)
    return (0..<rowCount).map { texts[$0] }
  }
}
