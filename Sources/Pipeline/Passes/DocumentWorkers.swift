internal import Files
internal import Platform
internal import Reading
internal import Resampling

/// What one worker does with the documents that it is given, in memory of its own.
protocol DocumentConsumer: ~Copyable, SendableMetatype {
  associatedtype Result: Sendable

  /// Takes a document in.
  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws

  /// Called after the last document of each chunk, also where a failure ended it.
  ///
  /// - Parameter number: the chunk's, in its shard, from 0.
  mutating func endChunk(_ number: Int) throws

  consuming func finish() -> Result
}

/// The line of a document.
struct DocumentLine {
  let position: Position
  /// Without its line end.
  let byteCount: Int
  /// From 1; meaningless unless ``DocumentWorkers/countsLines`` is set.
  let number: Int
  /// The values of ``DocumentWorkers/fields``, in their order.
  let fields: [FieldValue]
}

/// What to do with a line that is no document.
package enum ErrorPolicy: Sendable {
  case fail
  /// Leave it out and count it.
  case skip
}

/// What a pass over shards found, besides what its consumers made of the documents.
struct PassReport: Sendable {
  var shards: [ShardSummary] = []
  /// The skipped lines, in no particular order; empty unless they were asked for.
  var rejects: [SkippedLine] = []

  var documentCount: Int { shards.reduce(0) { $0 + $1.documentCount } }
  var byteCount: Int { shards.reduce(0) { $0 + $1.byteCount } }
  /// Skipped lines of all shards, by reason.
  var skipped: [InvalidLine.Reason: Int] {
    shards.reduce(into: [:]) { $0.merge($1.skipped, uniquingKeysWith: +) }
  }
  var skippedCount: Int { shards.reduce(0) { $0 + $1.skippedCount } }
}

/// Runs consumers over the documents of shards, each on a thread of its own, which takes the next
/// chunk and works alone on it.
///
/// Nothing here depends on which worker got which chunk, as long as the consumers' results can be
/// merged in any order.
struct DocumentWorkers {
  var threadCount: Int
  var textField: String
  var limits: ReadingLimits
  var errorPolicy: ErrorPolicy
  /// How many of a shard's lines may be skipped.
  var skipLimit = SkipLimit.none
  var keepsRejects = false
  var hashesContent = false
  /// Further fields that consumers need.
  var fields: [String] = []
  /// Whether consumers need the numbers of lines.
  var countsLines = false
  var chunkSize = ChunkReader.defaultChunkSize
  var progress: ProgressMeter

  /// Passes all documents of `shards` to consumers that `makeConsumer` makes, one a worker.
  ///
  /// - Returns: the consumers' results in no particular order.
  /// - Throws: the first failure in pool order: ``PipelineError``, or what a consumer throws.
  func run<Consumer: DocumentConsumer & ~Copyable>(
    _ shards: [Shard], makeConsumer: @escaping @Sendable () throws -> Consumer
  ) throws -> ([Consumer.Result], PassReport) {
    let queue = ChunkQueue(
      shards,
      ChunkQueue.Settings(
        limits: limits, chunkSize: chunkSize, hashesContent: hashesContent,
        countsLines: countsLines || keepsRejects, skipLimit: skipLimit, progress: progress))
    let work: @Sendable (Int) -> Result<(Consumer.Result, [SkippedLine]), any Error> = { _ in
      Result {
        var worker = try Worker(self, queue)
        var consumer = try makeConsumer()
        worker.work(&consumer)
        return (consumer.finish(), worker.rejects)
      }
    }
    let outcomes: [Result<(Consumer.Result, [SkippedLine]), any Error>]
    do throws(SystemError) { outcomes = try Threads.run(threadCount, work) } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    var results: [Consumer.Result] = []
    var report = PassReport()
    for outcome in outcomes {
      let (result, rejects) = try outcome.get()
      results.append(result)
      report.rejects += rejects
    }
    report.shards = try queue.finish()
    return (results, report)
  }

  /// One worker's scratch.
  private struct Worker: ~Copyable {
    private let settings: DocumentWorkers
    private let queue: ChunkQueue
    private var parser: DocumentParser
    private var chunk = Chunk()
    private(set) var rejects: [SkippedLine] = []
    /// Of the chunk.
    private var skipped: [InvalidLine.Reason: Int] = [:]

    init(_ settings: DocumentWorkers, _ queue: ChunkQueue) throws {
      self.settings = settings
      self.queue = queue
      parser = try DocumentParser(textField: settings.textField, fields: settings.fields)
    }

    mutating func work<Consumer: DocumentConsumer & ~Copyable>(_ consumer: inout Consumer) {
      var shard: ChunkQueue.OpenShard?
      while queue.next(into: &chunk, from: &shard) {
        var lineCount = 0
        skipped.removeAll(keepingCapacity: true)
        do {
          let documentCount = try readLines(&lineCount, &consumer)
          queue.record(
            chunk, lineCount: lineCount, documentCount: documentCount, skipped: skipped)
        } catch {
          fail(error, lineCount: lineCount)
        }
        do { try consumer.endChunk(chunk.number) } catch { fail(error, lineCount: lineCount) }
      }
    }

    private func fail(_ error: any Error, lineCount: Int) {
      let kind: ChunkQueue.Failure.Kind =
        switch error {
        case let error as InvalidLine: .invalidLine(error)
        case let error as ReadingError: .reading(error, isAtLine: true)
        default: .other(error)
        }
      queue.fail(
        ChunkQueue.Failure(
          shard: chunk.shard, chunk: chunk.number, lineInChunk: lineCount, kind: kind))
    }

    /// Passes the chunk's documents on. `lineCount` counts the lines that are done.
    private mutating func readLines<Consumer: DocumentConsumer & ~Copyable>(
      _ lineCount: inout Int, _ consumer: inout Consumer
    ) throws -> Int {
      var place = 0
      var documentCount = 0
      while let line = chunk.nextLine(from: &place) {
        if chunk.isBlank(line) {
          lineCount += 1
          continue
        }
        guard line.count <= settings.limits.maximumLine else {
          throw ReadingError.lineTooLong(
            path: queue.shards[chunk.shard].name, offset: chunk.offset + line.lowerBound,
            limit: settings.limits.maximumLine)
        }
        let position = Position(shard: chunk.shard, offset: chunk.offset + line.lowerBound)
        let number = chunk.lineCountBefore + lineCount + 1
        do {
          if settings.fields.isEmpty {
            try parser.parse(line, of: &chunk.bytes) { text in
              try consumer.add(
                text,
                of: DocumentLine(
                  position: position, byteCount: line.count, number: number, fields: []))
            }
          } else {
            try parser.parse(line, of: &chunk.bytes) { text, fields in
              try consumer.add(
                text,
                of: DocumentLine(
                  position: position, byteCount: line.count, number: number, fields: fields))
            }
          }
          documentCount += 1
        } catch let error as InvalidLine where settings.errorPolicy == .skip {
          skipped[error.reason, default: 0] += 1
          if settings.keepsRejects {
            let place = LinePlace(position: position, byteCount: line.count)
            rejects.append(SkippedLine(place: place, number: number, error: error))
          }
        }
        lineCount += 1
      }
      return documentCount
    }
  }
}
