internal import Compression
internal import Files
internal import Reading
internal import Writing

/// The lines that were skipped, and beside them what is wrong with each: whole, and without their names.
struct FinishedRejects: ~Copyable {
  private let lines: FinishedOutput
  private var reasons: FinishedOutput?

  init(lines: consuming FinishedOutput, reasons: consuming FinishedOutput?) {
    self.lines = lines
    self.reasons = reasons
  }

  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  consuming func commit() throws(WritingError) {
    if let reasons = reasons.take() { try reasons.commit() }
    try lines.commit()
  }
}

extension OutputSettings {
  /// Where it is said what is wrong with each rejected line; nil beside what is no regular file, such as `/dev/null`.
  var rejectReasons: String? {
    guard let rejects else { return nil }
    // What can't be looked at is told of when it is to be written.
    if let status = try? FileStatus(path: rejects), status.kind == .other { return nil }
    return "\(rejects).reasons.jsonl"
  }
}

extension RunOutputs {
  /// Copies skipped lines, and says of each where it was and why it was skipped.
  ///
  /// - Returns: nil if they aren't asked for.
  /// - Throws: ``PipelineError``
  func writeRejects(
    _ passes: [(Inputs, PassReport)], limits: ReadingLimits, progress: ProgressMeter
  ) throws -> FinishedRejects? {
    guard let path = settings.rejects else { return nil }
    var lines = try open(.file(path: path), Container(suffixOf: path), nil)
    var reasons: LineSink?
    if let path = settings.rejectReasons { reasons = try open(.file(path: path), .plain, nil) }
    for (input, report) in passes {
      let rejects = report.rejects.sorted { $0.place.position < $1.place.position }
      let copy = CopyStep(shards: input.shards, limits: limits, progress: progress)
      do {
        try copy.forEachLine(rejects, at: \.place) { reject, bytes, range in
          try lines.write(bytes.span.extracting(range))
          let name = input.shards[reject.place.position.shard].name
          try reasons?.write(reject.record(file: name).span)
        }
      } catch let error as WritingError {
        throw PipelineError.output(.writing(error))
      }
    }
    let whole = try close(lines)
    if let reasons = reasons.take() {
      return FinishedRejects(lines: whole, reasons: try close(reasons))
    }
    return FinishedRejects(lines: whole, reasons: nil)
  }
}
