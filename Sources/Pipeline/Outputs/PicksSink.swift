internal import Files
internal import Writing

/// Writes lines that say where documents are.
///
/// An annotation's members are added to those of the line: see ``PickLines``.
struct PicksSink: RecordSink, ~Copyable {
  /// nil once the sink is closed.
  private var lines: LineSink?

  init(_ lines: consuming LineSink) { self.lines = consume lines }

  mutating func write(
    _ record: Span<UInt8>, adding annotation: Annotation?, order: UInt64
  ) throws(WritingError) {
    guard let annotation else {
      try lines?.write(record, order: order)
      return
    }
    var line: [UInt8] = []
    line.append(copying: record.extracting(..<(record.count - 1)))
    line.append(UInt8(ascii: ","))
    annotation.appendMembers(to: &line)
    line.append(UInt8(ascii: "}"))
    try lines?.write(line.span, order: order)
  }

  mutating func close() throws(WritingError) -> FinishedOutput {
    guard let lines = lines.take() else { preconditionFailure("closed twice") }
    return try lines.close()
  }
}
