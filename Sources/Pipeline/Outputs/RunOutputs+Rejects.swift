internal import Compression
internal import Files
internal import Reading
internal import Writing

extension OutputSettings {
  /// The file of the reasons why records are rejected.
  ///
  /// nil if the rejected records don't go to a regular file, but to `/dev/null`, for example.
  var rejectReasons: String? {
    guard let rejects else { return nil }
    // A path that can't be examined is an error once it is written to.
    if let status = try? FileStatus(path: rejects), status.kind == .other { return nil }
    return "\(rejects).reasons.jsonl"
  }
}

extension RunOutputs {
  /// Copies the skipped records, and writes where each was and why it was skipped.
  ///
  /// - Returns: nil if they aren't requested.
  /// - Throws: ``PipelineError``
  func writeRejects(
    _ passes: [(Inputs, PassReport)], limits: ReadingLimits, progress: ProgressMeter
  ) throws -> FinishedRejects? {
    guard let path = settings.rejects else { return nil }
    var sink = try open(.file(path: path), Container(suffixOf: path), format: .jsonLines)
    var reasons: LineSink?
    if let path = settings.rejectReasons {
      reasons = try openLines(.file(path: path), .plain)
    }
    for (input, report) in passes {
      let rejects = report.rejects.sorted { $0.place.position < $1.place.position }
      let records = PlacedRecords(shards: input.shards, limits: limits, progress: progress)
      do {
        try records.forEach(rejects, at: \.place) { reject, record in
          try record.withLine { try sink.write($0, adding: nil, order: 0) }
          let name = input.shards[reject.place.position.shard].name
          try reasons?.write(reject.record(file: name).span)
        }
      } catch let error as WritingError {
        throw PipelineError.output(.writing(error))
      }
    }
    let lines = try close(&sink)
    guard let reasons = reasons.take() else { return FinishedRejects(lines: lines, reasons: nil) }
    do throws(WritingError) {
      return FinishedRejects(lines: lines, reasons: try reasons.close())
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }
}
