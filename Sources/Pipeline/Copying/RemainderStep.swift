internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Writing

/// Copies the documents of the pool that weren't chosen, byte for byte and in pool order.
///
/// All of the pool is read once more, and every line parsed: so what is no document is known without a list of
/// such lines.
struct RemainderStep {
  var shards: [Shard]
  var textField: String
  var limits: ReadingLimits
  var errorPolicy: ErrorPolicy
  /// Lines with a text that are no documents all the same, since they lack a number to draw by; in pool order.
  var skipped: [Position] = []
  /// Whether what is no document was found in an earlier run, which may have skipped it.
  var wasWeighedBefore = false
  var progress: ProgressMeter

  /// - Parameters:
  ///   - chosen: in pool order.
  ///   - documentCounts: of each shard, as an earlier pass found them.
  /// - Throws: ``PipelineError``: ``ReadingError/changed(path:)`` if a shard has another number of documents, or a
  ///   chosen one has another place or text.
  func run(
    chosen: [Candidate], documentCounts: [Int], into sink: inout LineSink
  ) throws {
    var next = chosen.startIndex
    var skipped = skipped[...]
    do {
      var parser = try DocumentParser(textField: textField)
      var chunk = Chunk()
      for (number, shard) in shards.enumerated() {
        var reader = try ChunkReader(
          shard, number: number, limits: limits, chunkSize: ChunkReader.defaultChunkSize,
          hashesContent: false)
        var documentCount = 0
        var stored = 0
        while try reader.next(into: &chunk) {
          documentCount += try copy(&chunk, chosen, &next, &skipped, &parser, &sink)
          progress.advance(stored: reader.storedByteCount - stored, text: chunk.bytes.count)
          stored = reader.storedByteCount
        }
        let isPassed = next == chosen.endIndex || chosen[next].position.shard > number
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

  /// Copies the chunk's documents, and returns how many there are, the chosen ones included.
  private func copy(
    _ chunk: inout Chunk, _ chosen: [Candidate], _ next: inout Int,
    _ skipped: inout ArraySlice<Position>, _ parser: inout DocumentParser,
    _ sink: inout LineSink
  ) throws -> Int {
    var documentCount = 0
    var place = 0
    while let line = chunk.nextLine(from: &place) {
      if chunk.isBlank(line) { continue }
      guard line.count <= limits.maximumLine else { throw changed(chunk.shard) }
      let position = Position(shard: chunk.shard, offset: chunk.offset + line.lowerBound)
      if skipped.first == position {
        skipped.removeFirst()
        continue
      }
      do {
        if next < chosen.endIndex, chosen[next].position <= position {
          let document = chosen[next]
          guard document.position == position, document.lineByteCount == line.count else {
            throw changed(chunk.shard)
          }
          try parser.parse(line, of: &chunk.bytes) { text in
            guard TextHash.of(text) == document.textHash else {
              throw changed(chunk.shard)
            }
          }
          next += 1
        } else {
          try parser.validate(line, of: chunk.bytes)
          try sink.write(chunk.bytes.span.extracting(line))
        }
        documentCount += 1
      } catch is InvalidLine where errorPolicy == .skip {
        continue
      } catch is InvalidLine {
        guard !wasWeighedBefore else {
          throw PipelineError.weights(.skippedBefore(path: shards[chunk.shard].name))
        }
        throw changed(chunk.shard)
      }
    }
    return documentCount
  }

  private func changed(_ shard: Int) -> ReadingError { .changed(path: shards[shard].name) }
}
