internal import Platform
internal import Reading
internal import Resampling
internal import Writing

/// Copies the documents of the pool that weren't chosen, in pool order.
///
/// It reads the whole pool once more and parses every record, so it needs no list of invalid ones.
struct RemainderStep {
  var shards: [Shard]
  var textField: TextField
  var limits: ReadingLimits
  var errorPolicy: ErrorPolicy
  /// Records with a text that still aren't documents, in pool order.
  ///
  /// They lack a number that the draw needs.
  var skipped: [Position] = []
  /// Whether an earlier run found the invalid records, which it may have skipped.
  var wasWeighedBefore = false
  var progress: ProgressMeter
  /// Makes lines that say where documents are, to be written instead of them; nil to copy them.
  var picks: PickLines?

  /// - Parameters:
  ///   - chosen: the chosen documents, in pool order.
  ///   - documentCounts: the number of documents in each shard, as an earlier pass found them.
  /// - Throws: ``PipelineError``: ``ReadingError/changed(path:)`` if a shard has another number of
  ///   documents, or if a chosen document has another place or text.
  func run(
    chosen: [Candidate], documentCounts: [Int], into sink: inout any RecordSink & ~Copyable
  ) throws {
    var rest = Rest(chosen: chosen[...], skipped: skipped[...])
    let request = DocumentRequest(textField: textField)
    do {
      try picks?.begin(
        &sink, documentCount: documentCounts.reduce(-chosen.count, +))
      for (number, shard) in shards.enumerated() {
        var scan = try RecordScan(shard, number: number, request, limits)
        var documentCount = 0
        var stored = 0
        while try scan.nextChunk() {
          let copied = try copy(&scan, of: number, &rest, &sink)
          documentCount += copied
          progress.advance(
            stored: scan.storedByteCount - stored, text: scan.chunkByteCount, documents: copied)
          stored = scan.storedByteCount
        }
        let isPassed = rest.chosen.first.map { $0.position.shard > number } ?? true
        guard documentCount == documentCounts[number], isPassed else { throw changed(number) }
      }
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    } catch let error as SystemError {
      throw PipelineError.input(.reading(.system(error), line: nil))
    } catch let error as WritingError {
      throw PipelineError.output(.writing(error))
    }
  }

  /// The chosen and skipped documents that are still to come.
  private struct Rest {
    var chosen: ArraySlice<Candidate>
    var skipped: ArraySlice<Position>
  }

  /// Copies the documents of the scan's chunk, and returns their number, chosen ones included.
  private func copy(
    _ scan: inout RecordScan, of shard: Int, _ rest: inout Rest,
    _ sink: inout any RecordSink & ~Copyable
  ) throws -> Int {
    var documentCount = 0
    while let record = try scan.next() {
      let position = Position(shard: shard, place: record.place)
      if rest.skipped.first == position {
        rest.skipped.removeFirst()
        continue
      }
      do {
        if let document = rest.chosen.first, document.position <= position {
          guard document.position == position, document.lineByteCount == record.byteCount else {
            throw changed(shard)
          }
          try scan.withText { text, _ in
            guard TextHash.of(text) == document.textHash else { throw changed(shard) }
          }
          rest.chosen.removeFirst()
        } else {
          try copy(&scan, RecordPlace(position: position, byteCount: record.byteCount), &sink)
        }
        documentCount += 1
      } catch is InvalidLine where errorPolicy == .skip {
        continue
      } catch is InvalidLine {
        guard !wasWeighedBefore else {
          throw PipelineError.weights(.skippedBefore(path: shards[shard].name))
        }
        throw changed(shard)
      }
    }
    return documentCount
  }

  /// Copies the scan's record, which isn't chosen, if it holds a document.
  private func copy(
    _ scan: inout RecordScan, _ place: RecordPlace, _ sink: inout any RecordSink & ~Copyable
  ) throws {
    guard let picks else {
      try scan.validate()
      try scan.withLine { try sink.write($0, adding: nil, order: 0) }
      return
    }
    var line: [UInt8] = []
    try scan.withText { text, _ in
      line = picks.line(place, textHash: TextHash.of(text), textByteCount: text.count)
    }
    try sink.write(line.span, adding: nil, order: 0)
  }

  private func changed(_ shard: Int) -> ReadingError { .changed(path: shards[shard].name) }
}
