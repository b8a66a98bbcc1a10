internal import Compression
internal import Featurizing
internal import Files
internal import Reading
internal import Weighting
package import Writing

/// Fits a model to documents and writes it: `dsel fit`.
///
/// With a work directory, each input is fitted alone and its model is kept there. A model that
/// exists already is used instead of fitting again. The sum is exactly the model that one fit of
/// all inputs gives.
package struct Fit: Sendable {
  let settings: FitSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: FitSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
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
    // A shard may be empty. Its model adds nothing to the others, and can't weigh anything alone.
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
      skippedLines: report.skippedByReason, inputs: report.inputRecords,
      missingFields: report.missingFields, reusedInputs: reused,
      timings: clock.timings(threadCount: settings.reading.threadCount, settings.command))
  }

  private func step() -> FitStep {
    var workers = settings.reading.workers(progress)
    workers.hashesContent = true
    workers.keepsRejects = settings.rejects != nil
    var step = FitStep(
      workers: workers, features: settings.features, tables: UnicodeTables(),
      minimumLength: settings.minimumTokenCount, keepsSample: settings.keepsSample)
    step.keepsTexts = settings.keepsTexts
    step.textCapacity = TextHashes.unlimited
    step.workers.fields = settings.keptFields
    step.sampledFields = settings.keptFields
    step.fit(settings.fittedShare)
    return step
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
        // All parts have this run's settings, since the work directory checks them.
        do throws(FittedModel.Mismatch) { try whole?.merge(part) } catch {
          throw PipelineError.models(.mismatch(path: shard.name, otherPath: shards[0].name, error))
        }
      }
    }
    guard let whole else { throw PipelineError.input(.empty(role: .input, skippedLines: 0)) }
    return (whole, report, reused)
  }

  private func model(_ outcome: FitStep.Outcome, _ report: PassReport) -> FittedModel {
    var model = FittedModel(
      settings: settings.features, counts: outcome.counts,
      minimumLength: settings.minimumTokenCount, eligible: outcome.eligible,
      inputs: report.inputs, sample: outcome.sample)
    model.fieldSample = outcome.fieldSample
    model.fittedShare = settings.fittedShare
    if settings.keepsTexts { model.texts = outcome.texts.all }
    return model
  }
}
