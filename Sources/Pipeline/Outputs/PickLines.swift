internal import Reading
internal import Resampling
internal import Writing

/// Makes the lines of a file of picks, which says where selected documents are.
///
/// The first line is a header with the pool's files. The others have a document each, with the
/// facts by which its text is recognised.
struct PickLines {
  static let format = "dsel-picks"
  static let version = 1

  private struct Header: Encodable {
    struct Shard: Encodable {
      var path: String
      var bytes: Int
      /// nil for lines.
      var rows: Int?
      /// nil if the file wasn't read as a whole, like the next one.
      var documents: Int?
      var xxh3: String?
      /// The command that read the file.
      var reader: String?
    }
    /// The number of lines that follow.
    var documents = 0
    var textField: String
    var textJoin: String?
    var shards: [Shard]
  }

  private let names: [String]
  private let header: Header

  /// - Parameters:
  ///   - report: of a pass over the whole pool, with the pipes' own sizes; nil if there was none.
  init(_ pool: Inputs, _ report: PassReport?, _ textField: TextField) throws(PipelineError) {
    var shards: [Header.Shard] = []
    for (number, shard) in pool.shards.enumerated() {
      var record = Header.Shard(
        path: shard.name, bytes: shard.status.byteCount, reader: shard.command?.text)
      if let found = report?.shards[number] {
        record.bytes = found.storedByteCount
        record.documents = found.documentCount
        record.xxh3 = found.contentHash?.hexadecimal
        if try !pool.hasLines(number) { record.rows = found.documentCount + found.skippedCount }
      }
      shards.append(record)
    }
    names = pool.shards.map(\.name)
    header = Header(
      textField: textField.expression, textJoin: textField.otherJoint, shards: shards)
  }

  /// Writes the header, before all other lines.
  ///
  /// - Parameter documentCount: the number of lines that will follow.
  /// - Throws: ``PipelineError``
  func begin(
    _ sink: inout any RecordSink & ~Copyable, documentCount: Int
  ) throws(PipelineError) {
    var header = header
    header.documents = documentCount
    // The format comes first, so that the first bytes identify the file.
    let line =
      Array("{\"format\":\"\(Self.format)\",\"format_version\":\(Self.version),".utf8)
      + ManifestWriter.encodeLine(header).dropFirst()
    do throws(WritingError) { try sink.write(line.span, adding: nil, order: 0) } catch {
      throw .output(.writing(error))
    }
  }

  /// The line of a selected document, without its key.
  func line(_ document: Candidate) -> [UInt8] {
    var line = line(
      document.recordPlace, textHash: document.textHash, textByteCount: document.textByteCount)
    line.removeLast()
    line += Array(",\"tokens\":".utf8)
    line.append(decimal: document.tokenCount)
    line += Array(",\"copies\":".utf8)
    line.append(decimal: UInt64(document.copies))
    line.append(UInt8(ascii: "}"))
    return line
  }

  /// The line of a document that wasn't drawn.
  func line(_ place: RecordPlace, textHash: UInt64, textByteCount: Int) -> [UInt8] {
    var line = Array("{\"file\":".utf8)
    line.append(jsonString: names[place.position.shard])
    place.append(to: &line)
    line += Array(",\"text_bytes\":".utf8)
    line.append(decimal: textByteCount)
    line += Array(",\"text_hash\":\"".utf8)
    line.append(hexadecimal: textHash)
    line += Array("\"}".utf8)
    return line
  }
}
