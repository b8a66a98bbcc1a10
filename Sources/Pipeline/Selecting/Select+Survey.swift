internal import Reading
internal import Resampling
internal import Weighting

/// Looks at what was selected, for a report.
extension Select {
  struct Survey {
    var outcome: SurveyStep.Outcome
    /// By target, for those that are shown.
    var bins: [WeightBins]
    /// All targets together.
    var target: TargetSurvey.Outcome
    var phrases: ReportData.Phrases
    var samples: [ReportData.SampleGroup]
  }

  /// - Parameter selection: in pool order.
  /// - Returns: nil if no report is requested.
  func survey(
    _ selection: [DrawnDocument], _ drawn: Drawn, _ plan: Plan, _ trained: Trained,
    _ files: OpenFiles, _ clock: StepClock
  ) throws -> Survey? {
    guard let report = settings.report, report.isRequested else { return nil }
    return try clock.time(.survey) {
      let bins = plan.recipe.weightBins(drawn.weighed)
      let leftOut = drawn.excluded.map(\.candidate) + drawn.leftOutAsSimilar
      var workers = settings.reading.workers(progress)
      workers.fields = poolFields + (report.domainField.map { [$0] } ?? []) + [report.idField]
      workers.countsLines = true
      begin(.survey, files.pool, .next)
      var step = SurveyStep(
        workers: workers, selection: selection, plan: plan.recipe.plan(plan.budget),
        leftOut: leftOut.map(\.position).sorted(), bins: bins,
        stratumField: settings.stratify == nil ? nil : 0,
        domainField: report.domainField.map { _ in poolFields.count },
        emptyCounts: Divergence.emptyCounts(bucketCount: settings.features.bucketCount),
        partCount: drawn.parts.count > 1 ? min(drawn.parts.count, SurveyStep.mostParts) : 0,
        drawsByWeight: drawn.partsByWeight, seed: settings.draw.seed)
      step.shownFields = SurveyStep.ShownFields(id: workers.fields.count - 1)
      for document in drawn.nearDuplicates?.sample(seed: settings.draw.seed) ?? [] {
        step.wantedPositions.formUnion([document.candidate.position, document.kept.position])
      }
      let outcome = try step.run(files.pool.shards) { weightReader(trained.model) }
      var phrases = PhraseCounts(settings.features.tokenizer)
      let target = try surveyTargets(files, report, &phrases)
      var texts = ReportTexts(files.pool.shards)
      texts.count(selection, seed: settings.draw.seed)
      texts.count(outcome.read.sorted, in: .base)
      texts.show(outcome, drawn, names: settings.targets.map(\.name), seed: settings.draw.seed)
      progress.begin(.survey, totalStoredByteCount: nil, pass: .same)
      try texts.read(
        files.pool.shards, settings.reading.textField, settings.reading.limits, progress,
        into: &phrases)
      return Survey(
        outcome: outcome, bins: bins, target: target,
        phrases: ReportData.Phrases(phrases, base: .pool), samples: texts.groups)
    }
  }

  private func surveyTargets(
    _ files: OpenFiles, _ report: ReportSettings, _ phrases: inout PhraseCounts
  ) throws -> TargetSurvey.Outcome {
    var whole = TargetSurvey.Outcome()
    let reading = settings.reading.with(textField: settings.targetTextField)
    var workers = reading.workers(progress)
    workers.fields = report.domainField.map { [$0] } ?? []
    for target in files.targets {
      begin(.survey, target, .same)
      try PipelineError.inTarget(true) {
        let (results, _) = try workers.run(target.shards) {
          TargetSurvey(settings.features, seed: settings.draw.seed)
        }
        var outcome = TargetSurvey.Outcome()
        for result in results { outcome.merge(result) }
        var texts = ReportTexts(target.shards)
        texts.count(outcome.read.sorted, in: .target)
        try texts.read(
          target.shards, reading.textField, reading.limits, progress, into: &phrases)
        whole.side.merge(outcome.side)
      }
    }
    whole.side.domains.trim()
    return whole
  }
}
