package import Compression
package import Featurizing
package import Files
internal import Reading
package import Weighting
package import Writing

/// Fits a model to documents, and writes it: `dsel fit`.
///
/// With a work directory each input is fitted alone, its model is kept there, and one that is there already is used
/// instead of fitting again; the sum is exactly what one fit of all inputs gives.
package struct Fit: Sendable {
  let settings: FitSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: FitSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// - Throws: ``PipelineError``. Then no output is there under its final name, but an older one untouched.
  package func run() throws -> FitReport {
    let clock = StepClock()
    var input = try Inputs(settings.inputs, settings.reading)
    let outputs = try RunOutputs(
      .of(settings.output.paths, rejects: settings.rejects, replaces: settings.replacesOutputs),
      inputs: input.shards, registry: registry)
    // A pipe is read once, unless its rejected lines are to be copied.
    progress.plan(passCount: 1 + (settings.rejects == nil ? 0 : input.spoolPassCount))
    if settings.rejects != nil {
      try clock.time(.spool) { try input.spool(settings.reading, progress, isPass: true) }
    }
    progress.begin(.fit, totalStoredByteCount: input.totalStoredByteCount, pass: .next)
    let begin = ContinuousClock.now
    var (model, report, reused) = try fit(input.shards)
    clock.add(.fit, since: begin)
    report = input.corrected(report)
    // A shard may be empty: its model adds nothing to the others', and nothing can be weighed by it alone.
    model.inputs = report.inputs.sorted { $0.precedes($1) }

    let rejects = try outputs.writeRejects(
      [(input, report)], limits: settings.reading.limits, progress: progress)
    let written: WrittenFiles
    do throws(WritingError) {
      written = WrittenFiles(
        try model.write(
          to: settings.output, container: settings.container, replaces: settings.replacesOutputs,
          registry: registry))
    } catch {
      throw PipelineError.output(.writing(error))
    }
    try outputs.commit(written, rejects, nil)
    return FitReport(
      dselVersion: settings.version, model: .init(model),
      skippedLines: report.skippedByReason, inputs: report.inputRecords, reusedInputs: reused,
      timings: clock.timings(threadCount: settings.reading.threadCount))
  }

  private func step() -> FitStep {
    var workers = settings.reading.workers(progress)
    workers.hashesContent = true
    workers.keepsRejects = settings.rejects != nil
    return FitStep(
      workers: workers, features: settings.features, tables: UnicodeTables(),
      minimumLength: settings.minimumTokenCount, keepsSample: settings.keepsSample)
  }

  private func fit(_ shards: [Shard]) throws -> (FittedModel, PassReport, reused: Int) {
    guard let path = settings.workDirectory else {
      let (outcome, report) = try step().run(shards)
      return (model(outcome, report), report, 0)
    }
    let directory = try WorkDirectory(
      path, kind: .model, settings: "fit " + settings.fingerprint, registry: registry)
    var whole: FittedModel?
    var report = PassReport()
    var reused = 0
    for shard in shards {
      let part: FittedModel
      if let known = try directory.result(for: shard) {
        try settings.reading.skipLimit.check(known.report)
        part = try StoredModel(reading: known.path, limits: settings.reading.limits).model
        report.add(known.report)
        reused += 1
      } else {
        let (outcome, partReport) = try step().run([shard])
        part = model(outcome, partReport)
        try directory.keep(partReport, of: shard, registry: registry) { path throws(WritingError) in
          try part.write(
            to: .file(path: path), container: .zstd, replaces: true, registry: registry)
        }
        report.add(partReport)
      }
      if whole == nil {
        whole = part
      } else {
        // All parts have this run's settings: the work directory holds them to that.
        do throws(FittedModel.Mismatch) { try whole?.merge(part) } catch {
          throw PipelineError.models(.mismatch(path: shard.name, otherPath: shards[0].name, error))
        }
      }
    }
    guard let whole else { throw PipelineError.input(.empty(role: .input, skippedLines: 0)) }
    return (whole, report, reused)
  }

  private func model(_ outcome: FitStep.Outcome, _ report: PassReport) -> FittedModel {
    FittedModel(
      settings: settings.features, counts: outcome.counts,
      minimumLength: settings.minimumTokenCount, eligible: outcome.eligible,
      inputs: report.inputs, sample: outcome.sample)
  }
}

/// Everything that `dsel fit` was told.
package struct FitSettings: Sendable {
  package var inputs: [String]
  package var reading = ReadingSettings()
  package var features = FeatureSettings()
  /// Shorter documents count, but can't be drawn later.
  package var minimumTokenCount = 100
  package var keepsSample = true
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var rejects: String?
  package var replacesOutputs = false
  package var workDirectory: String?
  package var version = ""

  package init(inputs: [String]) { self.inputs = inputs }

  /// All that a result depends on, besides the input's content.
  var fingerprint: String {
    "\(features.fingerprint) \(UnicodeTables.version) min_tokens=\(minimumTokenCount) sample=\(keepsSample) "
      + reading.fingerprint
  }
}

/// What `dsel fit` and `dsel merge` made.
package struct FitReport: Encodable, Sendable {
  package struct Model: Encodable, Sendable {
    package var tokenizer: String
    package var unicodeVersion: String
    package var ngrams: Int
    package var hashing: String
    package var buckets: Int
    package var minTokens: Int
    package var documents: Int
    package var tokens: Int
    package var features: Int
    package var emptyBuckets: Int
    package var eligibleDocuments: Int
    /// nil if no sample is kept.
    package var sampledDocuments: Int?

    package init(_ model: FittedModel) {
      tokenizer = model.settings.tokenizer.rawValue
      unicodeVersion = UnicodeTables.version
      ngrams = model.settings.maximumOrder
      hashing = model.settings.hashing.rawValue
      buckets = model.settings.bucketCount
      minTokens = model.minimumLength
      documents = model.counts.documentCount
      tokens = model.counts.tokenCount
      features = Int(model.counts.featureCount)
      emptyBuckets = model.counts.emptyBucketCount
      eligibleDocuments = model.eligible.documentCount
      sampledDocuments = model.sample?.documentCount
    }
  }

  package var dselVersion: String
  package var command = "fit"
  package var model: Model
  package var skippedLines: [ExactString: Int]
  package var inputs: [InputRecord]
  /// Inputs whose results were in the work directory.
  package var reusedInputs: Int
  package var timings: RunTimings
}

extension PassReport {
  /// The inputs as a model file lists them.
  var inputs: [FittedModel.Input] {
    shards.map {
      FittedModel.Input(
        path: $0.name, byteCount: $0.storedByteCount, documentCount: $0.documentCount,
        contentHash: $0.contentHash ?? 0)
    }
  }

  /// Adds what a pass over the inputs that follow found in them.
  mutating func add(_ other: PassReport) {
    let before = shards.count
    shards += other.shards
    rejects += other.rejects.map { $0.moved(by: before) }
  }
}

extension FeatureSettings {
  /// The text that identifies these settings in records of earlier runs. It must never change.
  fileprivate var fingerprint: String {
    "FeatureSettings(tokenizer: Featurizing.TokenizerKind.\(tokenizer.rawValue), "
      + "maximumOrder: \(maximumOrder), bucketCount: \(bucketCount), "
      + "hashing: Featurizing.FeatureHashing.\(hashing.rawValue))"
  }
}

extension ReadingSettings {
  /// What results depend on.
  var fingerprint: String {
    "text_field=\(textField) on_error=\(errorPolicy == .skip ? "skip" : "fail") max_line_bytes=\(limits.maximumLine) "
      + "max_window=\(limits.maximumWindow)"
  }
}

extension OutputSettings {
  /// Outputs that are written on their own, but checked and named with the others.
  static func of(
    _ paths: [String], rejects: String? = nil, manifest: String? = nil, replaces: Bool
  ) -> OutputSettings {
    var settings = OutputSettings()
    settings.others = paths
    settings.rejects = rejects
    settings.manifest = manifest
    settings.replaces = replaces
    return settings
  }
}

extension Destination {
  /// The file's path, if it is one.
  var paths: [String] { if case .file(let path) = self { [path] } else { [] } }
}
