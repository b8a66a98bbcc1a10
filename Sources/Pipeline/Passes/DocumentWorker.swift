internal import Reading
internal import Resampling

/// One of ``DocumentWorkers``, with its scratch memory.
struct DocumentWorker: ~Copyable {
  private let settings: DocumentWorkers
  private let queue: ChunkQueue
  private let number: Int
  private var decoder: DocumentDecoder
  private var chunk = Chunk()
  private var hasWorked = false
  /// The invalid records that were skipped, if they are requested.
  private(set) var rejects: [SkippedLine] = []
  /// Invalid records of the current chunk, by reason.
  private var skipped: [InvalidLine.Reason: Int] = [:]

  /// - Throws: ``PipelineError``
  init(_ settings: DocumentWorkers, _ queue: ChunkQueue, number: Int) throws {
    self.settings = settings
    self.queue = queue
    self.number = number
    let request = DocumentRequest(textField: settings.textField, fields: settings.fields)
    do throws(ReadingError) { decoder = try DocumentDecoder(request, settings.limits) } catch {
      throw PipelineError.input(.reading(error, line: nil))
    }
  }

  /// Whether each field of the text was found; nil if no chunk came.
  mutating func foundFields() -> [Bool]? { hasWorked ? decoder.foundFields() : nil }

  /// Passes the documents of all chunks to the consumer, one chunk after another.
  mutating func work<Consumer: DocumentConsumer & ~Copyable>(_ consumer: inout Consumer) {
    var shard: ChunkQueue.OpenShard?
    while queue.next(into: &chunk, from: &shard, worker: number) {
      hasWorked = true
      skipped.removeAll(keepingCapacity: true)
      do {
        let documentCount = try readChunk(&consumer)
        queue.record(
          chunk, recordCount: decoder.recordIndex, documentCount: documentCount, skipped: skipped)
      } catch {
        fail(error, in: shard)
      }
      do { try consumer.endChunk(chunk.number) } catch { fail(error, in: nil) }
    }
  }

  private func fail(_ error: any Error, in shard: ChunkQueue.OpenShard?) {
    let kind: ChunkQueue.Failure.Kind =
      switch error {
      case let error as InvalidLine: .invalidLine(error)
      case let error as ReadingError: .reading(error, isAtLine: error.isAtRecord)
      default: .other(error)
      }
    let failure = ChunkQueue.Failure(
      shard: chunk.shard, chunk: chunk.number, recordIndex: decoder.recordIndex, kind: kind)
    if let shard { queue.fail(failure, in: shard) } else { queue.fail(failure) }
  }

  /// - Returns: the number of the chunk's documents.
  private mutating func readChunk<Consumer: DocumentConsumer & ~Copyable>(
    _ consumer: inout Consumer
  ) throws -> Int {
    var documentCount = 0
    try decoder.begin(&chunk)
    while let record = try decoder.next(in: chunk) {
      let position = Position(shard: chunk.shard, place: record.place)
      guard consumer.wants(position) else { continue }
      let number = chunk.recordCountBefore + record.index + 1
      if consumer.keeps(RecordPlace(position: position, byteCount: record.byteCount)) {
        // Before the text is read, since that may change the bytes.
        try decoder.withLine(in: chunk) { line in consumer.keep(line, at: position) }
      }
      do {
        try decoder.withText(in: &chunk) { text, fields in
          let line = DocumentLine(
            position: position, byteCount: record.byteCount, number: number, fields: fields)
          try consumer.add(text, of: line)
        }
        documentCount += 1
      } catch let error as InvalidLine where settings.errorPolicy == .skip {
        skipped[error.reason, default: 0] += 1
        if settings.keepsRejects {
          let place = RecordPlace(position: position, byteCount: record.byteCount)
          rejects.append(SkippedLine(place: place, number: number, error: error))
        }
      }
    }
    return documentCount
  }
}

extension ReadingError {
  /// True for a fault of one record, which has a number, and not of a whole file.
  var isAtRecord: Bool { if case .lineTooLong = self { true } else { false } }
}
