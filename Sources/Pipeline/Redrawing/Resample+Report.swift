internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Looks at what was drawn, and makes the data of a report.
extension Resample {
  struct Survey {
    /// nil where only the candidates are known.
    var outcome: SurveyStep.Outcome?
    var bins: [WeightBins]
    /// The lengths of the drawn documents.
    var selected: SurveyStep.Side
    var phrases: ReportData.Phrases?
    var samples: [ReportData.SampleGroup]
  }

  /// - Returns: nil if no report is requested.
  func survey(_ drawn: Redrawn, _ files: OpenFiles, _ clock: StepClock) throws -> Survey? {
    guard settings.report?.isRequested == true else { return nil }
    return try clock.time(.survey) {
      let selection = Self.selection(drawn)
      let seed = drawn.recipe.draw.seed
      var bins: [WeightBins] = []
      var outcome: SurveyStep.Outcome?
      if let survey = drawn.survey {
        bins = drawn.recipe.weightBins(drawn.outcome.weighed)
        begin(.survey, files.stored ?? files.pool)
        outcome = try survey(
          SurveyStep(
            workers: settings.reading.workers(progress), selection: selection,
            plan: drawn.recipe.plan(drawn.budget), bins: bins,
            drawsByWeight: drawn.outcome.partsByWeight, seed: seed))
      }
      var side = SurveyStep.Side()
      for document in selection {
        side.tokenCount += document.candidate.tokenCount
        side.lengths.add(document.candidate.tokenCount)
      }
      // Only a pool that is read here has lengths that a draw doesn't need.
      if settings.source.isOfPool, let outcome { side = outcome.selected }
      var phrases = PhraseCounts(FeatureSettings().tokenizer)
      var texts = ReportTexts(files.pool.shards)
      texts.count(selection, seed: seed)
      if let outcome {
        texts.count(outcome.read.sorted, in: .base)
        texts.show(outcome, drawn.outcome, names: drawn.targetNames, seed: seed)
      } else {
        texts.show(.cut, Self.last(selection, drawn.outcome))
        texts.show(drawn.nearDuplicates(of: files.pool)?.sample(seed: seed) ?? [])
      }
      try texts.read(
        files.pool.shards, drawn.textField ?? settings.reading.textField,
        settings.reading.limits, progress, into: &phrases)
      return Survey(
        outcome: outcome, bins: bins, selected: side,
        phrases: outcome.map { _ in ReportData.Phrases(phrases, base: .pool) },
        samples: texts.groups)
    }
  }

  /// The documents of all epochs, each once, in pool order.
  private static func selection(_ drawn: Redrawn) -> [DrawnDocument] {
    let all = drawn.recipe.seeds.indices.flatMap { drawn.outcome.documents(epoch: $0) }
    guard drawn.recipe.seeds.count > 1 else { return all }
    var once: [DrawnDocument] = []
    for document in all.sorted(by: { $0.candidate.position < $1.candidate.position })
    where once.last?.candidate.position != document.candidate.position {
      once.append(document)
    }
    return once
  }

  /// The documents with the smallest keys.
  private static func last(_ selection: [DrawnDocument], _ drawn: Drawn) -> [DocumentPick] {
    let isByWeight = drawn.partsByWeight
    var picks = DocumentPicks(limit: SurveyStep.sampleSize(targetCount: 1))
    for document in selection where isByWeight[document.part] {
      picks.add(document.candidate.key) { DocumentPick(document.candidate, score: $0) }
    }
    return picks.sorted
  }

  func reportData(
    _ survey: Survey, _ manifest: ResampleManifest, _ drawn: Redrawn
  ) -> ReportData {
    var data = ReportData(
      dselVersion: manifest.dselVersion, command: manifest.command, seed: manifest.seed,
      selected: .init(
        documents: manifest.selected.documents, tokens: survey.selected.tokenCount,
        bytes: manifest.selected.bytes),
      timings: .init(manifest.timings))
    data.isOfSet = drawn.outcome.objective != nil
    data.set(manifest.settings)
    data.lacks = [.target]
    if let outcome = survey.outcome {
      data.pool = .init(documents: manifest.documents, tokens: outcome.pool.tokenCount)
      data.addFates(manifest)
      data.weights = drawn.outcome.histograms(
        outcome, survey.bins, drawn.recipe, names: drawn.targetNames)
    } else {
      data.pool = .init(documents: manifest.documents, tokens: 0)
      data.lacks.append(.poolOfCandidates)
    }
    data.lengths = [
      survey.outcome.flatMap { ReportData.Lengths(.pool, $0.pool) },
      ReportData.Lengths(.selected, survey.selected),
    ].compactMap { $0 }
    if let field = settings.report?.domainField {
      if let outcome = survey.outcome, settings.source.isOfPool {
        data.domains = ReportData.Domains(
          field: field, selected: outcome.selected.domains, pool: outcome.pool.domains,
          target: nil)
      } else {
        data.lacks.append(survey.outcome == nil ? .domainsOfCandidates : .domainsOfWeights)
      }
    }
    data.phrases = survey.phrases
    data.parts = ReportData.Parts(manifest.parts, divergences: [])
    data.samples = survey.samples
    data.addInputs("input", manifest.inputs ?? [])
    data.add(
      manifest.pool.map {
        ReportData.File(role: "pool", path: $0.path, bytes: $0.bytes, documents: $0.documents)
      })
    data.addOutputs(manifest.outputs)
    return data
  }
}

extension Redrawn {
  /// The near-duplicates of which both documents are in shards that are read.
  fileprivate func nearDuplicates(of pool: Inputs) -> NearDuplicates? {
    let numbers = candidateShards.map { path in pool.shards.firstIndex { $0.name == path } }
    var found = nearDuplicates
    found?.documents = (nearDuplicates?.documents ?? []).compactMap { $0.moved { numbers[$0] } }
    return found
  }
}

extension ReportData {
  fileprivate mutating func addFates(_ manifest: ResampleManifest) {
    // With epochs, a document may be selected several times.
    guard manifest.epochs.count == 1 else { return }
    addFates(
      manifest.selected, shorter: manifest.underMinTokens, longer: manifest.overMaxTokens,
      lighter: manifest.underMinWeight, outsideMixture: manifest.outsideMixture,
      outsideWindows: manifest.outsideBetween, manifest.excluded, manifest.nearDuplicates,
      of: manifest.documents)
  }

  fileprivate mutating func set(_ settings: ResampleManifest.Settings) {
    set("source", settings.source)
    set("target", settings.target)
    if let fields = settings.fields { set("fields", fields) }
    setDraw(settings)
  }
}

extension ResampleManifest.Settings: DrawSettingsRecord {}
