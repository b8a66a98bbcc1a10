package import Writing

/// Draws by existing weights: `dsel resample`.
package struct Resample: Sendable {
  let settings: ResampleSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles
  /// Makes the page of a report; nil if there is none.
  let page: PageMaker?

  package init(
    _ settings: ResampleSettings, progress: ProgressMeter, registry: TemporaryFiles,
    page: PageMaker? = nil
  ) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
    self.page = page
  }

  /// - Returns: the manifest, which has already been written if that was requested.
  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
  package func run() throws -> ResampleManifest {
    let clock = StepClock()
    let files = try open(clock)
    let drawn = try clock.time(.weigh) { try draw(files) }
    let copied = try copy(drawn, files, clock)
    let survey = try survey(drawn, files, clock)
    var manifest = manifest(
      drawn, copied, files,
      clock.timings(threadCount: settings.reading.threadCount, settings.command))
    // Only lines of a pool have the field.
    if settings.source.isOfPool, let pool = survey?.outcome?.pool {
      manifest.missingDomainField = settings.report?.missingDomainField(in: pool)
    }
    try files.outputs.commit(
      copied.output, copied.remainder, copied.rejects, files.outputs.write(manifest),
      excluded: copied.excluded, nearDuplicates: copied.nearDuplicates,
      others: files.outputs.write(
        survey.map { reportData($0, manifest, drawn) }, settings.report, page))
    return manifest
  }

  /// Draws by the source's weights.
  ///
  /// To add a source of weights, write a ``WeightReader`` and draw by it here.
  private func draw(_ files: OpenFiles) throws -> Redrawn {
    switch settings.source {
    case .weights(_, let target, let size):
      try PipelineError.inWeights {
        try drawByWeights(files.stored ?? files.pool, target, size, files.pool)
      }
    case .candidates(_, let size, _):
      try drawCandidates(files.stored?.shards ?? [], size, files.pool)
    case .fields(let fields, let size, _): try drawByFields(fields, size, files.pool)
    }
  }

  func begin(_ step: Step, _ input: Inputs) {
    progress.begin(step, totalStoredByteCount: input.totalStoredByteCount, pass: .next)
  }
}
