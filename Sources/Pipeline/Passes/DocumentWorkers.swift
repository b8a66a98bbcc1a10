internal import Platform
internal import Reading

/// Runs consumers over the documents of shards, one consumer per thread.
///
/// A thread takes the next chunk and works on it alone. Nothing here depends on which worker got
/// which chunk, as long as the consumers' results can be merged in any order.
struct DocumentWorkers {
  var threadCount: Int
  var textField: TextField
  var limits: ReadingLimits
  var errorPolicy: ErrorPolicy
  /// The limit on skipped lines of a shard.
  var skipLimit = SkipLimit.none
  var keepsRejects = false
  var hashesContent = false
  /// Further fields that consumers need.
  var fields: [String] = []
  /// Whether consumers need line numbers.
  var countsLines = false
  var chunkSize = ChunkSettings.defaultByteCount
  /// The number of lines in a chunk: see ``ChunkSettings/recordLimit``.
  var recordLimit: Int?
  var progress: ProgressMeter

  /// Passes all documents of `shards` to the consumers that `makeConsumer` makes, one per worker.
  ///
  /// - Returns: the consumers' results in no particular order.
  /// - Throws: the first failure in pool order: ``PipelineError``, or what a consumer throws.
  func run<Consumer: DocumentConsumer & ~Copyable>(
    _ shards: [Shard], makeConsumer: @escaping @Sendable () throws -> Consumer
  ) throws -> ([Consumer.Result], PassReport) {
    var chunks = ChunkSettings(
      limits: limits, chunkByteCount: chunkSize, hashesContent: hashesContent,
      countsRecords: countsLines || keepsRejects,
      request: DocumentRequest(textField: textField, fields: fields))
    chunks.recordLimit = recordLimit
    let queue = ChunkQueue(
      shards,
      ChunkQueue.Settings(
        chunks: chunks, skipLimit: skipLimit, progress: progress, workerCount: threadCount))
    typealias Worked = (result: Consumer.Result, rejects: [SkippedLine], foundFields: [Bool]?)
    let work: @Sendable (Int) -> Result<Worked, any Error> = { number in
      Result {
        var worker = try DocumentWorker(self, queue, number: number)
        var consumer = try makeConsumer()
        worker.work(&consumer)
        return (consumer.finish(), worker.rejects, worker.foundFields())
      }
    }
    let outcomes: [Result<Worked, any Error>]
    do throws(SystemError) { outcomes = try Threads.run(threadCount, work) } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    var results: [Consumer.Result] = []
    var report = PassReport()
    var found: [Bool]?
    for outcome in outcomes {
      let worked = try outcome.get()
      results.append(worked.result)
      report.rejects += worked.rejects
      if let fields = worked.foundFields { found = DocumentDecoder.either(found, fields) }
    }
    if let found, found.count > 1 {
      let names = TextExpression.writtenFields(of: textField.expression)
      report.textFields = zip(names, found).map { FoundTextField(name: $0, isFound: $1) }
    }
    report.shards = try queue.finish()
    return (results, report)
  }
}
