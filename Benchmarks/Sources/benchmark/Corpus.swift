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

  /// Writes the texts as lines that have them in one field, in two, or in four messages.
  func rewritten(_ name: String, partCount: Int) throws -> Shard {
    var lines = Data()
    for text in texts {
      let all = bytes[text]
      var parts: [String] = []
      var start = all.startIndex
      for part in 1...partCount {
        var end = all.startIndex + all.count * part / partCount
        // Not within a character.
        while end < all.endIndex, all[end] & 0xC0 == 0x80 { end += 1 }
        parts.append(String(decoding: all[start..<end], as: UTF8.self))
        start = end
      }
      let line: [String: Any] =
        switch partCount {
        case 1: ["text": parts[0]]
        case 2: ["a": parts[0], "b": parts[1]]
        default: ["messages": parts.map { ["role": "user", "content": $0] }]
        }
      lines += try JSONSerialization.data(withJSONObject: line, options: .withoutEscapingSlashes)
      lines.append(UInt8(ascii: "\n"))
    }
    let file = directory.appending(path: name)
    try lines.write(to: file)
    return try Shard(path: file.path)
  }

  /// Calls `body` with each line of the file in a container.
  func forEachLine(
    of container: Container, _ body: (inout Chunk, Range<Int>) throws -> Void
  ) throws {
    try forEachLine(of: files[container]!, body)
  }

  /// Calls `body` with each line of a file.
  func forEachLine(of shard: Shard, _ body: (inout Chunk, Range<Int>) throws -> Void) throws {
    var reader = try ShardReader(shard, number: 0, ChunkSettings())
    var chunk = Chunk()
    while try reader.next(into: &chunk) {
      var place = 0
      while let line = chunk.nextLine(from: &place) { try body(&chunk, line) }
    }
  }
}

/// Takes the results of stages, so that no compiler leaves the computation out.
nonisolated(unsafe) var sink: UInt64 = 0
