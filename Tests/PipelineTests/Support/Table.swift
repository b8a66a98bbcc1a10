import Files
import Foundation
import Platform

@testable import Reading

/// A format without lines, to show that only a ``DocumentFormat`` knows what a record is.
///
/// A file begins with `TABL`. Groups of rows follow: their number, then a column of texts and one
/// of domains. Each column has its size before it, and each value in it has its own size before it.
/// A text of size `0xFFFFFFFF` is missing. A record's place is the number of its row.
struct Table: DocumentFormat {
  static let magic = Array("TABL".utf8)
  static let missing = UInt32.max

  struct Row {
    var text: String?
    var domain: String

    /// The row as a line of JSON.
    var line: [UInt8] {
      var line = Array("{\"domain\":".utf8)
      line.append(jsonString: domain)
      if let text {
        line += Array(",\"text\":".utf8)
        line.append(jsonString: text)
      }
      return line + [UInt8(ascii: "}")]
    }
  }

  /// Makes a file of rows.
  static func file(_ rows: [Row], groupSize: Int) -> Data {
    var bytes = magic
    for start in stride(from: 0, to: rows.count, by: groupSize) {
      let group = rows[start..<min(start + groupSize, rows.count)]
      bytes += size(group.count)
      for column in [group.map(\.text), group.map { $0.domain }] {
        let values = column.flatMap { value -> [UInt8] in
          guard let value else { return number(missing) }
          return size(value.utf8.count) + Array(value.utf8)
        }
        bytes += size(values.count) + values
      }
    }
    return Data(bytes)
  }

  private static func size(_ count: Int) -> [UInt8] { number(UInt32(count)) }

  private static func number(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  func recognizes(_ head: Span<UInt8>) -> Bool {
    head.count >= 4 && (0..<4).allSatisfy { head[$0] == Self.magic[$0] }
  }

  var nameEndings: [String] { [".table"] }

  /// Rows are copied as lines of JSON, and have sizes.
  var hasLines: Bool { true }

  var isSequential: Bool { false }

  func chunkReader(
    of source: consuming ByteSource, _ settings: ChunkSettings
  ) throws(ReadingError) -> any ChunkReader & ~Copyable {
    try TableReader(source)
  }

  func chunkDecoder(
    _ request: DocumentRequest, _ limits: ReadingLimits
  ) -> any ChunkDecoder & ~Copyable {
    TableDecoder(request)
  }

  func recordReader(
    of source: consuming ByteSource, _ request: DocumentRequest
  ) throws(ReadingError) -> any RecordReader & ~Copyable {
    TableRecordReader(reader: try TableReader(source), decoder: TableDecoder(request))
  }
}

/// The offsets of the columns in a chunk.
private struct TableLayout: Sendable {
  var rowCount: Int
  var textByteCount: Int
}

private struct TableReader: ChunkReader, ~Copyable {
  private var source: ByteSource
  private var rowCount = 0
  private var byteCount = 0

  init(_ source: consuming ByteSource) throws(ReadingError) {
    self.source = source
    self.source.expectation = nil
    var magic = ByteBuffer()
    guard try read(4, into: &magic) else { throw .changed(path: self.source.shard.name) }
  }

  var progress: ShardProgress { source.progress(byteCount: byteCount) }

  mutating func next(into chunk: inout Chunk) throws(ReadingError) -> Bool {
    chunk.bytes.removeAll(keepingCapacityUpTo: .max)
    guard let count = try readSize() else { return false }
    var layout = TableLayout(rowCount: count, textByteCount: 0)
    for column in 0..<2 {
      guard let size = try readSize(), try read(size, into: &chunk.bytes) else {
        throw .changed(path: source.shard.name)
      }
      if column == 0 { layout.textByteCount = size }
    }
    chunk.place = rowCount
    chunk.recordCountBefore = rowCount
    chunk.layout = layout
    rowCount += count
    byteCount += chunk.bytes.count
    return true
  }

  func checkUnchanged() throws(ReadingError) { try source.checkUnchanged() }

  private mutating func readSize() throws(ReadingError) -> Int? {
    var bytes = ByteBuffer()
    guard try read(4, into: &bytes) else { return nil }
    return bytes.span.number(at: 0)
  }

  /// Returns false at the end.
  private mutating func read(
    _ count: Int, into bytes: inout ByteBuffer
  ) throws(ReadingError) -> Bool {
    do throws(SystemError) { try bytes.reserve(additional: count) } catch { throw .system(error) }
    let before = bytes.count
    try bytes.append(upTo: count) { output throws(ReadingError) in
      try source.read(into: &output)
    }
    return bytes.count == before + count
  }
}

extension Span<UInt8> {
  fileprivate func number(at index: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(self[index + $1]) << (8 * $1) }
  }
}

private struct TableDecoder: ChunkDecoder, ~Copyable {
  private let request: DocumentRequest
  private var texts: [Range<Int>?] = []
  private var domains: [Range<Int>?] = []
  private var next = 0
  private(set) var recordIndex = 0

  init(_ request: DocumentRequest) { self.request = request }

  mutating func begin(_ chunk: inout Chunk) {
    guard let layout = chunk.layout as? TableLayout else { preconditionFailure("another format") }
    (next, recordIndex) = (0, 0)
    texts = Self.column(in: chunk.bytes.span, at: 0, layout.rowCount)
    domains = Self.column(in: chunk.bytes.span, at: layout.textByteCount, layout.rowCount)
  }

  private static func column(in bytes: Span<UInt8>, at start: Int, _ count: Int) -> [Range<Int>?] {
    var position = start
    return (0..<count).map { _ in
      let size = bytes.number(at: position)
      position += 4
      guard size != Int(Table.missing) else { return nil }
      defer { position += size }
      return position..<(position + size)
    }
  }

  mutating func next(in chunk: borrowing Chunk) -> Record? {
    recordIndex = next
    guard next < texts.count else { return nil }
    next += 1
    return record(recordIndex, in: chunk)
  }

  private func record(_ index: Int, in chunk: borrowing Chunk) -> Record {
    Record(place: chunk.place + index, byteCount: 1 + (texts[index]?.count ?? 0), index: index)
  }

  /// Goes to a row; nil if it is in a later chunk.
  mutating func find(_ place: Int, in chunk: borrowing Chunk) -> Record? {
    guard place - chunk.place < texts.count else { return nil }
    recordIndex = place - chunk.place
    return record(recordIndex, in: chunk)
  }

  mutating func withText(
    in chunk: inout Chunk, _ body: (Span<UInt8>, [FieldValue]) throws -> Void
  ) throws {
    try validate(in: chunk)
    guard let text = texts[recordIndex] else { return }
    let row = row(in: chunk)
    let fields = request.fields.map { $0 == "domain" ? FieldValue.string(row.domain) : .missing }
    try body(chunk.bytes.span.extracting(text), fields)
  }

  mutating func validate(in chunk: borrowing Chunk) throws {
    guard request.textField == "text", texts[recordIndex] != nil else {
      throw InvalidLine.missingField(path: request.textField.expression, present: ["domain"])
    }
  }

  mutating func withLine(in chunk: borrowing Chunk, _ body: (Span<UInt8>) throws -> Void) throws {
    try body(row(in: chunk).line.span)
  }

  private func row(in chunk: borrowing Chunk) -> Table.Row {
    func string(_ range: Range<Int>) -> String {
      String(decoding: range.map { chunk.bytes.span[$0] }, as: UTF8.self)
    }
    return Table.Row(
      text: texts[recordIndex].map { string($0) },
      domain: domains[recordIndex].map { string($0) } ?? "")
  }
}

private struct TableRecordReader: RecordReader, ~Copyable {
  private var reader: TableReader
  private var decoder: TableDecoder
  private var chunk = Chunk()
  private var isInChunk = false

  init(reader: consuming TableReader, decoder: consuming TableDecoder) {
    self.reader = reader
    self.decoder = decoder
  }

  var storedByteCount: Int { reader.progress.storedByteCount }

  mutating func read(at place: Int, byteCount: Int) throws(ReadingError) {
    while true {
      if isInChunk, let record = decoder.find(place, in: chunk) {
        guard record.byteCount == byteCount else { break }
        return
      }
      guard try reader.next(into: &chunk) else { break }
      decoder.begin(&chunk)
      isInChunk = true
    }
    throw .changed(path: chunk.path)
  }

  mutating func withText(_ body: (Span<UInt8>) throws -> Void) throws {
    try decoder.withText(in: &chunk) { text, _ in try body(text) }
  }

  mutating func withLine(_ body: (Span<UInt8>) throws -> Void) throws {
    try decoder.withLine(in: chunk, body)
  }

  func finish() throws(ReadingError) { try reader.checkUnchanged() }
}
