import Foundation

@testable import Compression
@testable import Featurizing
@testable import Files
@testable import Reading

/// The documents for timing the stages: files in each container, and their texts in memory.
struct Corpus {
  /// The same lines plain, `.zst` and `.gz`.
  let files: [Container: Shard]
  let byteCount: Int
  /// Where the texts are in the lines.
  let textField: TextField
  /// All texts, one after the other, and the place of each.
  let bytes: [UInt8]
  let texts: [Range<Int>]
  let tokenCount: Int
  let directory: URL

  /// - Parameter byteLimit: the size of the lines to read; later lines are left out.
  init(_ path: String, _ textField: TextField, byteLimit: Int, directory: URL) throws {
    self.directory = directory
    self.textField = textField
    var lines: [UInt8] = []
    var bytes: [UInt8] = []
    var texts: [Range<Int>] = []
    var parser = DocumentParser(textField: textField)
    var reader = try ShardReader(Shard(path: path), number: 0, ChunkSettings())
    var chunk = Chunk()
    while lines.count < byteLimit, try reader.next(into: &chunk) {
      lines.append(copying: chunk.bytes.span)
      var place = 0
      while let line = chunk.nextLine(from: &place) {
        guard !chunk.isBlank(line) else { continue }
        try parser.parse(line, of: &chunk.bytes) { text in
          texts.append(bytes.count..<(bytes.count + text.count))
          bytes.append(copying: text)
        }
      }
    }
    byteCount = lines.count
    self.bytes = bytes
    self.texts = texts

    var files: [Container: Shard] = [:]
    for container in [Container.plain, .zstd, .gzip] {
      var compressor = try Compressor(container, zstdLevel: 3)
      var stored: [UInt8] = []
      try compressor.compress(lines.span, appendingTo: &stored)
      try compressor.finish(appendingTo: &stored)
      let file = directory.appending(path: container.rawValue)
      try Data(stored).write(to: file)
      files[container] = try Shard(path: file.path)
    }
    self.files = files

    var featurizer = Featurizer(FeatureSettings(), tables: UnicodeTables())
    var tokenCount = 0
    for text in texts {
      featurizer.begin()
      while featurizer.nextBlock(of: bytes.span.extracting(text)) {}
      tokenCount += featurizer.tokenCount
    }
    self.tokenCount = tokenCount
  }

  func forEachText(_ body: (Span<UInt8>) -> Void) {
    let all = bytes.span
    for text in texts { body(all.extracting(text)) }
  }

  /// Calls `body` with each line of the file in a container.
  func forEachLine(
    of container: Container, _ body: (inout Chunk, Range<Int>) throws -> Void
  ) throws {
    var reader = try ShardReader(files[container]!, number: 0, ChunkSettings())
    var chunk = Chunk()
    while try reader.next(into: &chunk) {
      var place = 0
      while let line = chunk.nextLine(from: &place) { try body(&chunk, line) }
    }
  }
}

/// Takes the results of stages, so that no compiler leaves the computation out.
nonisolated(unsafe) var sink: UInt64 = 0
