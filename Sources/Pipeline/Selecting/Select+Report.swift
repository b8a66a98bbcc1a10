internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Makes the data of a report on a run.
extension Select {
  func reportData(
    _ survey: Survey, _ manifest: SelectManifest, _ drawn: Drawn, _ plan: Plan, _ trained: Trained
  ) -> ReportData {
    var data = ReportData(
      dselVersion: manifest.dselVersion, command: manifest.command, seed: manifest.seed,
      selected: .init(
        documents: manifest.selected.documents, tokens: manifest.selected.tokens,
        bytes: manifest.selected.bytes),
      pool: .init(
        documents: manifest.pool.documents, tokens: drawn.weighed.tokenCount,
        bytes: manifest.pool.inputs.reduce(0) { $0 + $1.textBytes }),
      timings: .init(manifest.timings))
    data.isOfSet = drawn.objective != nil
    data.set(manifest.settings)
    data.targets = targets(manifest, drawn)
    data.addFates(manifest)
    data.weights = drawn.histograms(
      survey.outcome, survey.bins, plan.recipe, names: settings.targets.map(\.name))
    data.sizes = manifest.sizeSearch.map { .init($0) }
    data.lengths = [
      ReportData.Lengths(.pool, survey.outcome.pool),
      ReportData.Lengths(.selected, survey.outcome.selected),
      ReportData.Lengths(.target, survey.target.side),
    ].compactMap { $0 }
    data.domains = settings.report?.domainField.map {
      ReportData.Domains(
        field: $0, selected: survey.outcome.selected.domains, pool: survey.outcome.pool.domains,
        target: survey.target.side.domains)
    }
    data.phrases = survey.phrases
    data.parts = ReportData.Parts(
      manifest.parts,
      divergences: zip(drawn.parts, survey.outcome.partCounts).map { part, counts in
        part.arm.target.flatMap { Divergence.between(trained.targets[$0].counts, counts) }
      })
    data.samples = survey.samples
    for side in manifest.targetSides { data.addInputs("target", side.inputs) }
    data.addInputs("pool", manifest.pool.inputs)
    data.addOutputs(manifest.outputs)
    return data
  }

  private func targets(_ manifest: SelectManifest, _ drawn: Drawn) -> [ReportData.Target] {
    guard let targets = manifest.targets else {
      let side = manifest.targetSides[0]
      return [
        ReportData.Target(
          documents: side.documents, tokens: side.tokens, share: 1, nearness: manifest.nearness,
          klPool: manifest.klTargetPool, klRandom: manifest.klTargetRandom,
          klSelected: manifest.klTargetSelected)
      ]
    }
    return targets.map { target in
      ReportData.Target(
        name: target.name, documents: target.side.documents, tokens: target.side.tokens,
        share: target.share,
        drawn: ReportData.Side(documents: target.documents, tokens: target.tokens),
        nearness: target.nearness, klPool: target.klTargetPool, klRandom: target.klTargetRandom,
        klSelected: target.klTargetSelected)
    }
  }
}

extension ReportData {
  fileprivate mutating func addFates(_ manifest: SelectManifest) {
    addFates(
      manifest.selected, shorter: manifest.underMinTokens, longer: manifest.overMaxTokens,
      lighter: manifest.underMinWeight, outsideMixture: manifest.outsideMixture,
      outsideWindows: nil, manifest.excluded, manifest.nearDuplicates, of: manifest.pool.documents)
  }

  fileprivate mutating func set(_ settings: SelectManifest.Settings) {
    set("target_text_field", settings.targetTextField)
    set("compat", settings.compat)
    set("estimator", settings.estimator)
    set("tokenizer", settings.tokenizer)
    set("ngrams", settings.ngrams)
    set("buckets", settings.buckets)
    set("normalize", settings.normalize)
    if settings.fitSample < 1 { set("fit_sample", settings.fitSample) }
    setDraw(settings)
    set("exclude", settings.exclude?.joined(separator: ", "))
    set("near_duplicates", settings.nearDuplicates)
  }
}

extension SelectManifest.Settings: DrawSettingsRecord {}

extension ReportData.Sizes {
  init(_ record: SizeSearchRecord) {
    self.init(
      unit: record.unit, best: record.best,
      trials: record.trials.map {
        Trial(size: $0.size, bitsPerByte: $0.bitsPerByte, perplexity: $0.perplexity)
      }, end: record.end.rawValue)
  }
}
