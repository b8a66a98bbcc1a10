internal import Platform

/// Lines of JSON: each is an object with a document's text and fields. They may be compressed.
///
/// A record's place is the offset of its line in the decompressed bytes.
struct JSONLines: DocumentFormat {
  /// True for all files: ``ForeignFormat`` names the actual format of the others.
  func recognizes(_ head: Span<UInt8>) -> Bool { true }

  var nameEndings: [String] {
    [".jsonl", ".ndjson", ".json"].flatMap { ending in
      ["", ".zst", ".zstd", ".gz", ".gzip"].map { ending + $0 }
    }
  }

  var isSequential: Bool { true }

  var hasLines: Bool { true }

  func chunkReader(
    of source: consuming ByteSource, _ settings: ChunkSettings
  ) -> any ChunkReader & ~Copyable {
    if let limit = settings.recordLimit {
      return CountedLineReader(source, settings, lineLimit: limit)
    }
    return LineChunkReader(source, settings)
  }

  func chunkDecoder(
    _ request: DocumentRequest, _ limits: ReadingLimits
  ) throws(ReadingError) -> any ChunkDecoder & ~Copyable {
    LineDecoder(request, limits)
  }

  func recordReader(
    of source: consuming ByteSource, _ request: DocumentRequest
  ) throws(ReadingError) -> any RecordReader & ~Copyable {
    LineReader(source, DocumentParser(textField: request.textField))
  }
}
