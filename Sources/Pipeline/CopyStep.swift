internal import Compression
internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting
internal import Writing

/// Reads chosen lines in pool order, and copies them byte for byte.
struct CopyStep {
  var shards: [Shard]
  var limits: ReadingLimits
  var progress: ProgressMeter

  /// Calls `body` with each place's line, in pool order.
  ///
  /// - Parameter places: in pool order.
  /// - Throws: ``PipelineError``, and what `body` throws.
  func forEachLine<Place>(
    _ places: [Place], at place: (Place) -> LinePlace,
    _ body: (Place, inout ByteBuffer, Range<Int>) throws -> Void
  ) throws {
    var next = 0
    while next < places.count {
      let shard = place(places[next]).position.shard
      do {
        var reader = try LineReader(shards[shard], limits: limits)
        var stored = 0
        while next < places.count, place(places[next]).position.shard == shard {
          let line = place(places[next])
          try reader.withLine(at: line.position.offset, count: line.byteCount) { bytes, range in
            try body(places[next], &bytes, range)
          }
          progress.advance(stored: reader.storedByteCount - stored, text: line.byteCount)
          stored = reader.storedByteCount
          next += 1
        }
        try reader.finish()
      } catch let error as ReadingError {
        throw PipelineError.reading(error, line: nil)
      }
    }
  }

  /// What was copied.
  struct Outcome {
    var counts: FeatureCounts
    var byteCount = 0
    var copyCount = 0
  }

  /// Writes the selected documents, and counts their features.
  ///
  /// Each text's hash is compared with the one that was weighed: so a pool that changed in between can't
  /// be taken for the one that was.
  ///
  /// - Parameters:
  ///   - annotates: weigh each document again, and add log weight and key to its line.
  ///   - order: for a sink that shuffles.
  /// - Throws: ``PipelineError``
  func run(
    _ selection: [Candidate], textField: String, weigher: inout DocumentWeigher,
    annotates: Bool, order: ShuffleOrder?, into sink: inout LineSink
  ) throws -> Outcome {
    var outcome = Outcome(counts: weigher.emptyCounts)
    do {
      var parser = try DocumentParser(textField: textField)
      try forEachLine(
        selection, at: { LinePlace(position: $0.position, byteCount: $0.lineByteCount) }
      ) { document, bytes, range in
        // Before the text is parsed, which may resolve escapes where they stand.
        var line: [UInt8] = []
        let number = order?(document) ?? 0
        if annotates {
          line.append(copying: bytes.span.extracting(range))
        } else {
          try sink.write(bytes.span.extracting(range), order: number)
        }
        outcome.byteCount += range.count + 1
        outcome.copyCount += Int(document.copies)
        let changed = ReadingError.changed(path: shards[document.position.shard].name)
        do {
          try parser.parse(range, of: &bytes) { text in
            guard GumbelNoise.identity(of: text) == document.textHash else { throw changed }
            weigher.count(text, in: &outcome.counts)
            if annotates {
              _ = weigher.weigh(text)
              let logWeight = weigher[0].logWeight
              try sink.write(
                line.span,
                adding: "\"dsel\":{\"log_weight\":\(logWeight),\"key\":\(document.key)}",
                order: number)
            }
          }
        } catch is InvalidLine {
          throw changed
        }
      }
    } catch let error as WritingError {
      throw PipelineError.writing(error)
    }
    return outcome
  }
}
