internal import Files
internal import Reading

/// Reads documents one after the other, by their lines: for commands that look at few.
struct DocumentLines {
  var reading: ReadingSettings

  struct Place {
    var file: String
    /// From 1, blank and invalid lines counted.
    var line: Int
  }

  /// Calls `body` with each document, until it returns false.
  ///
  /// - Returns: what was read of each shard: documents, and invalid lines that were skipped.
  /// - Throws: ``PipelineError``, and what `body` throws.
  func forEach(
    _ shards: [Shard], _ body: (Place, Span<UInt8>) throws -> Bool
  ) throws -> PassReport {
    var report = PassReport()
    var goesOn = true
    for (number, shard) in shards.enumerated() where goesOn {
      report.shards.append(ShardSummary(name: shard.name))
      try forEachLine(of: shard, number: number) { place, chunk, range, parser in
        guard !chunk.isBlank(range) else { return true }
        do {
          try parser.parse(range, of: &chunk.bytes) { text in goesOn = try body(place, text) }
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
  /// - Throws: ``PipelineError``: if there is no such line, or no document in it.
  func document<Result>(
    at line: Int, of shard: Shard, _ body: (Place, Span<UInt8>) throws -> Result
  ) throws -> Result {
    var result: Result?
    var lineCount = 0
    try forEachLine(of: shard, number: 0) { place, chunk, range, parser in
      lineCount = place.line
      guard place.line == line else { return true }
      guard !chunk.isBlank(range) else {
        throw PipelineError.input(.blankLine(path: place.file, line: line))
      }
      do {
        try parser.parse(range, of: &chunk.bytes) { text in result = try body(place, text) }
      } catch let error as InvalidLine {
        throw PipelineError.input(.invalidLine(path: place.file, line: line, error))
      }
      return false
    }
    guard let result else {
      throw PipelineError.input(.noSuchLine(path: shard.name, line: line, lineCount: lineCount))
    }
    return result
  }

  /// Calls `body` with each line until it returns false.
  private func forEachLine(
    of shard: Shard, number: Int,
    _ body: (Place, inout Chunk, Range<Int>, inout DocumentParser) throws -> Bool
  ) throws {
    var line = 0
    do {
      var parser = try DocumentParser(textField: reading.textField)
      var reader = try ChunkReader(
        shard, number: number, limits: reading.limits, chunkSize: ChunkReader.defaultChunkSize,
        hashesContent: false)
      var chunk = Chunk()
      while try reader.next(into: &chunk) {
        var position = 0
        while let range = chunk.nextLine(from: &position) {
          line += 1
          guard range.count <= reading.limits.maximumLine else {
            throw ReadingError.lineTooLong(
              path: shard.name, offset: chunk.offset + range.lowerBound,
              limit: reading.limits.maximumLine)
          }
          let place = Place(file: shard.name, line: line)
          guard try body(place, &chunk, range, &parser) else { return }
        }
      }
    } catch let error as ReadingError {
      var atLine: Int?
      if case .lineTooLong = error { atLine = max(1, line) }
      throw PipelineError.input(.reading(error, line: atLine))
    }
  }
}
