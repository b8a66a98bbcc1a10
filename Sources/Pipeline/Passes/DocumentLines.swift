internal import Reading

/// Reads documents one after another on one thread, for commands that read only a few.
struct DocumentLines {
  var reading: ReadingSettings
  /// Further fields that are read: see ``Place/fields``.
  var fields: [String] = []

  struct Place {
    var file: String
    /// Counted from 1, blank and invalid lines included.
    var line: Int
    /// The values of ``DocumentLines/fields``, in their order.
    var fields: [FieldValue] = []
  }

  /// Calls `body` with each document, until it returns false.
  ///
  /// - Returns: the number of documents in each shard, and of invalid lines that were skipped.
  /// - Throws: ``PipelineError``, and what `body` throws.
  func forEach(
    _ shards: [Shard], _ body: (Place, Span<UInt8>) throws -> Bool
  ) throws -> PassReport {
    var report = PassReport()
    var goesOn = true
    for (number, shard) in shards.enumerated() where goesOn {
      report.shards.append(ShardSummary(shard))
      _ = try forEachRecord(of: shard, number: number) { place, scan in
        do {
          try scan.withText { text, fields in
            goesOn = try body(Place(file: place.file, line: place.line, fields: fields), text)
          }
          report.shards[number].documentCount += 1
        } catch let error as InvalidLine {
          guard reading.errorPolicy == .skip else {
            throw PipelineError.input(.invalidLine(path: place.file, line: place.line, error))
          }
          report.shards[number].skipped[error.reason, default: 0] += 1
        }
        return goesOn
      }
    }
    try reading.skipLimit.check(report)
    return report
  }

  /// Calls `body` with the document at a line.
  ///
  /// - Returns: what `body` returns.
  /// - Throws: ``PipelineError`` if there is no such line, or no document in it.
  func document<Result>(
    at line: Int, of shard: Shard, _ body: (Place, Span<UInt8>) throws -> Result
  ) throws -> Result {
    var result: Result?
    let lineCount = try forEachRecord(of: shard, number: 0) { place, scan in
      guard place.line >= line else { return true }
      guard place.line == line else { return false }
      do {
        try scan.withText { text, _ in result = try body(place, text) }
      } catch let error as InvalidLine {
        throw PipelineError.input(.invalidLine(path: place.file, line: line, error))
      }
      return false
    }
    if let result { return result }
    // Skip blank lines.
    guard lineCount < line else {
      throw PipelineError.input(.blankLine(path: shard.name, line: line))
    }
    throw PipelineError.input(.noSuchLine(path: shard.name, line: line, lineCount: lineCount))
  }

  /// Calls `body` with each record that isn't blank, until it returns false.
  ///
  /// - Returns: the number of lines up to that one, or of all lines.
  private func forEachRecord(
    of shard: Shard, number: Int, _ body: (Place, inout RecordScan) throws -> Bool
  ) throws -> Int {
    let request = DocumentRequest(textField: reading.textField, fields: fields)
    var scan: RecordScan
    do throws(ReadingError) {
      scan = try RecordScan(shard, number: number, request, reading.limits)
    } catch {
      throw PipelineError.input(.reading(error, line: nil))
    }
    do {
      while try scan.nextChunk() {
        while try scan.next() != nil {
          let line = scan.recordCountBefore + 1
          guard try body(Place(file: shard.name, line: line), &scan) else { return line }
        }
      }
      return scan.recordCountBefore
    } catch let error as ReadingError {
      let line = error.isAtRecord ? scan.recordCountBefore + 1 : nil
      throw PipelineError.input(.reading(error, line: line))
    }
  }
}
