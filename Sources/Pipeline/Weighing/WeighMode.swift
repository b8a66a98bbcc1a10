internal import Compression
internal import Files
internal import Reading
internal import Weighting
internal import Writing

/// A kind of results of `dsel weigh`: which files it writes, and what they contain.
protocol WeighMode {
  /// Weighs the documents of a pool, and writes the results.
  ///
  /// - Throws: ``PipelineError``
  func weigh(_ shards: [Shard]) throws -> Weighed
}

/// The outcome of weighing.
struct Weighed {
  var report = PassReport()
  var outcome: WeightLineWriter.Outcome
  /// False once results of an earlier run are included.
  var hasSampleSizes = true
  /// The number of inputs whose results existed already.
  var reusedCount = 0
  /// The files written, if there is one per input.
  var outputs: [String] = []
  var candidates: WeighReport.Candidates?
  /// Files that wait for their names.
  var files = WrittenFiles()

  init(targetCount: Int) {
    outcome = WeightLineWriter.Outcome(
      effectiveSampleSizes: Array(repeating: EffectiveSampleSize(), count: targetCount))
  }

  mutating func add(_ outcome: WeightLineWriter.Outcome, _ report: PassReport) {
    self.outcome.merge(outcome)
    self.report.add(report)
  }

  /// Adds the result of an earlier run.
  mutating func add(_ known: WorkDirectory.Known) {
    report.add(known.report)
    outcome.documentCount += known.report.documentCount
    outcome.tokenCount += known.notes["tokens"] ?? 0
    hasSampleSizes = false
    reusedCount += 1
    outputs.append(known.path)
  }
}

/// Weighs one shard after another.
struct WeighJob {
  var settings: WeighSettings
  var models: StoredModels
  var model: WeighingModel
  var pool: Inputs
  var workers: DocumentWorkers
  var registry: TemporaryFiles

  /// Weighs the documents of a shard, and writes one line per document.
  func weigh(
    _ shard: Shard, _ lines: OrderedLines
  ) throws -> (WeightLineWriter.Outcome, PassReport) {
    let writer = WeightLineWriter(
      model: model, format: settings.format, idField: settings.idField, file: shard.name,
      lines: lines)
    var workers = workers
    workers.fields = writer.fields
    workers.countsLines = true
    if let count = settings.flushedCount {
      workers.recordLimit = count
      // A second thread could wait for documents that never come, while the first one has failed.
      workers.threadCount = 1
    }
    let (results, report) = try workers.run([shard]) { WeightLineWriter.Weigher(writer) }
    var outcome = results[0]
    for result in results.dropFirst() { outcome.merge(result) }
    return (outcome, report)
  }

  func open(
    _ destination: Destination, _ container: Container, replaces: Bool
  ) throws -> OrderedLines {
    do throws(WritingError) {
      return OrderedLines(
        try LineWriter(destination, container: container, replaces: replaces, registry: registry),
        flushes: settings.flushedCount != nil)
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// Everything that a shard's result depends on, besides its content.
  var fingerprint: String {
    let targets = models.targets.map { "\($0.name ?? "")=\($0.stored.contentHash.hexadecimal)" }
    return "\(settings.estimator.fingerprint) targets=\(targets) "
      + "pool=\(models.pool.contentHash.hexadecimal) format=\(settings.format.rawValue) "
      + "id=\(settings.idField ?? "") \(settings.reading.fingerprint)"
      + settings.additions.map { " add=\($0.field)=\($0.coefficient)" }.joined()
  }
}
