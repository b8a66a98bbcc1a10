internal import Choosing
internal import Files
internal import Resampling
package import Writing

/// Chooses among candidates, and writes down the choice: `dsel resample --picks`.
///
/// Then any machine can copy the documents of its own shards, without choosing again.
package struct Pick: Sendable {
  let settings: PickSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: PickSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// - Returns: the chosen documents.
  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
  package func run() throws -> CandidateFile {
    let clock = StepClock()
    var files = try Inputs(settings.files, settings.reading.withoutReaders, canBeAllowed: false)
    let outputs = try RunOutputs(
      .of(settings.output.paths, replaces: settings.replacesOutputs),
      inputs: files.shards + (settings.base?.shards() ?? []), registry: registry)
    progress.plan(passCount: 1 + files.spoolPassCount)
    try clock.time(.spool) { try files.spool(settings.reading, progress, isPass: true) }
    let draw = try CandidateDraw(
      files.shards,
      .init(
        size: settings.size, stratify: settings.stratify, shares: settings.shares,
        replay: settings.replay, purity: settings.purity,
        noise: settings.noise, base: settings.base,
        allowsMissing: settings.allowsMissing, reading: settings.reading),
      progress: progress)
    var header = draw.whole.header
    header.settings.count = draw.budget.amount
    header.isChosen = true
    header.chosenBy = draw.objective
    header.base = draw.base
    header.profiles = []
    var chosen = draw.choice.selections.joined().flatMap(\.documents)
    Candidates.sortByPosition(&chosen)
    var parts: CandidateDraw.Parts?
    if header.settings.unit != .documents || header.settings.isDivided
      || header.isExhausted != nil
    {
      parts = draw.parts
      chosen = parts?.documents ?? []
    }
    header.isExhausted = parts?.isExhausted
    (header.settings.stratify, header.strata) = (nil, nil)
    header.settings.replay = draw.recipe.replay
    for (target, known) in header.settings.targets.enumerated() where known.share == nil {
      header.settings.targets[target].share = settings.shares[ExactString(known.name)]
    }
    var picks = CandidateFile(header, chosen)
    picks.partNumbers = parts?.numbers ?? []
    if header.hasRoles { picks.roles = parts?.roles ?? [] }
    picks.excluded = draw.excluded
    picks.nearDuplicates = draw.nearDuplicates?.documents ?? []
    let written = WrittenFiles(
      try picks.write(
        to: settings.output, container: settings.container, replaces: settings.replacesOutputs,
        registry: registry))
    try outputs.commit(written, nil, nil)
    return picks
  }
}
