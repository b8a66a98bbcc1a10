internal import Compression
internal import Files
internal import Reading
internal import Writing

/// Writes records as lines of JSON, byte for byte as they were.
///
/// An annotation becomes the last member, `"dsel"`.
struct JSONLinesSink: RecordSink, ~Copyable {
  /// The name of the member that holds an annotation.
  private static let member = "dsel"

  /// nil once the sink is closed.
  private var lines: LineSink?
  /// Scratch for an annotated line.
  private var annotated: [UInt8] = []

  init(_ lines: consuming LineSink) { self.lines = consume lines }

  mutating func write(
    _ record: Span<UInt8>, adding annotation: Annotation?, order: UInt64
  ) throws(WritingError) {
    guard let annotation else {
      try lines?.write(record, order: order)
      return
    }
    // Take the line out of `self`: its span and the lines can't both be borrowed from there.
    var line: [UInt8] = []
    swap(&line, &annotated)
    defer { swap(&line, &annotated) }
    line.removeAll(keepingCapacity: true)
    if let rest = JSONMembers.removing(Self.member, from: record) {
      Self.append(rest.span, annotation, to: &line)
    } else {
      Self.append(record, annotation, to: &line)
    }
    try lines?.write(line.span, order: order)
  }

  /// Appends a record with its annotation.
  ///
  /// The record is a JSON object that has a member.
  private static func append(
    _ record: Span<UInt8>, _ annotation: Annotation, to line: inout [UInt8]
  ) {
    let end = record.lastIndex(of: UInt8(ascii: "}")) ?? record.count
    line.append(copying: record.extracting(..<end))
    line.append(contentsOf: ",\"\(member)\":{".utf8)
    annotation.appendMembers(to: &line)
    line.append(UInt8(ascii: "}"))
    line.append(copying: record.extracting(end...))
  }

  mutating func close() throws(WritingError) -> FinishedOutput {
    guard let lines = lines.take() else { preconditionFailure("closed twice") }
    return try lines.close()
  }
}

extension Annotation {
  /// Appends the members of an object of JSON, with commas between them.
  func appendMembers(to line: inout [UInt8]) {
    if let logWeight { line.append(contentsOf: "\"log_weight\":\(logWeight),".utf8) }
    line.append(contentsOf: "\"key\":\(key)".utf8)
    if let gain { line.append(contentsOf: ",\"gain\":\(gain)".utf8) }
    if let order { line.append(contentsOf: ",\"order\":\(order)".utf8) }
    if let target {
      line.append(contentsOf: ",\"target\":".utf8)
      line.append(jsonString: target)
    }
    for statistic in statistics {
      line.append(contentsOf: ",\"\(statistic.name)\":".utf8)
      switch statistic.value {
      case .text(let text): line.append(jsonString: text)
      case .count(let count): line.append(contentsOf: "\(count)".utf8)
      case .number(let number): line.append(contentsOf: "\(number)".utf8)
      case .none: line.append(contentsOf: "null".utf8)
      }
    }
  }
}
