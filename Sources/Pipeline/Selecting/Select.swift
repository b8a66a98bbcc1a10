package import Writing

/// The whole job in one run: `dsel select`.
///
/// It fits the target and the pool, trains, weighs the pool, draws, and copies the drawn documents.
///
///     let manifest = try Select(settings, progress: meter, registry: registry).run()
package struct Select: Sendable {
  let settings: SelectSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles
  /// Makes the page of a report; nil if there is none.
  let page: PageMaker?

  package init(
    _ settings: SelectSettings, progress: ProgressMeter, registry: TemporaryFiles,
    page: PageMaker? = nil
  ) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
    self.page = page
  }

  /// - Returns: the manifest, which has already been written if that was requested.
  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
  package func run() throws -> SelectManifest {
    let clock = StepClock()
    let files = try open(clock)
    var fitted = try fit(files, clock)
    let mixture = try mixture(&fitted, files, clock)
    let search = try searchSize(fitted, mixture, files, clock)
    // Nothing else holds what is fitted: its tables are freed before training asks for memory.
    let trained = try train(fitted, clock)
    let plan = try plan(
      trained, mixture, search?.size ?? settings.size, files.pool, clock)
    let statistics = statisticsPlan
    let keeping = keeping(trained, plan, files)
    let drawn = try weighAndDraw(plan, trained, files, keeping, statistics, clock)
    let copied = try copy(drawn, trained, files, keeping?.records, statistics, clock)
    let survey = try survey(copied.selection, drawn, plan, trained, files, clock)
    var manifest = manifest(
      trained, plan, mixture, search, drawn, copied, files,
      clock.timings(threadCount: settings.reading.threadCount, settings.command))
    manifest.missingDomainField = survey.flatMap {
      settings.report?.missingDomainField(in: $0.outcome.pool, $0.target.side)
    }
    // All files are complete on disk before the first gets its name. The manifest comes last.
    try files.outputs.commit(
      copied.output, copied.remainder, copied.rejects, files.outputs.write(manifest),
      excluded: copied.excluded, nearDuplicates: copied.nearDuplicates,
      others: files.outputs.write(
        survey.map { reportData($0, manifest, drawn, plan, trained) }, settings.report, page))
    return manifest
  }

  func begin(_ step: Step, _ input: Inputs, _ pass: ProgressMeter.PassChange) {
    progress.begin(step, totalStoredByteCount: input.totalStoredByteCount, pass: pass)
  }
}
