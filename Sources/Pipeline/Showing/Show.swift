internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// Shows documents by weight: `dsel show`.
///
/// A selection is made again for that, up to the draw. Then one pass over the pool finds the
/// documents, and these are read once more.
package struct Show: Sendable {
  private let settings: ShowSettings
  private let progress: ProgressMeter
  private let registry: TemporaryFiles

  package init(_ settings: ShowSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// The documents of one group, for one target.
  private struct Picks {
    var group: ShownDocuments.Group
    var target: Int
    var documents: [DocumentPick]
  }

  /// A document's place in the result.
  private struct Item {
    var index: Int
    var target: Int
    var place: RecordPlace
    var textHash: UInt64
  }

  /// - Throws: ``PipelineError``
  package func run() throws -> ShownDocuments {
    switch settings.source {
    case .selection(let repeating): try shown(repeating)
    case .pool(let explaining): try shown(explaining)
    }
  }

  // MARK: A selection

  private func shown(_ repeating: RepeatSettings) throws -> ShownDocuments {
    let opened = try RepeatedSelection.open(repeating, progress, registry)
    let selection = try RepeatedSelection(opened, ranking: [])
    let (select, drawn) = (selection.select, selection.drawn)
    let documents = drawn.documents(epoch: 0)
    let leftOut = drawn.excluded.map(\.candidate) + drawn.leftOutAsSimilar
    let pool = selection.files.pool
    var step = step(
      selection.workers(furtherFields), selection.plan,
      targetCount: selection.temperatures.count)
    step.selection = documents
    step.leftOut = leftOut.map(\.position).sorted()
    step.stratumField = select.settings.stratify == nil ? nil : 0
    step.drawsByWeight = drawn.partsByWeight
    step.sizes = SurveyStep.Sizes(
      best: settings.top, cut: settings.atCut, chosen: settings.random)
    step.shownFields = shownFields(after: select.poolFields.count)
    step.domainField = step.shownFields?.domain
    select.begin(.explain, pool, .none)
    let model = selection.trained.model
    let outcome = try step.run(pool.shards) { select.weightReader(model) }
    let names = selection.temperatures.indices.map { selection.targetName($0) }
    var result = result(outcome, minTokens: select.settings.draw.minimumTokenCount)
    result.manifest = repeating.run.path
    result.selectedDocuments = documents.count
    result.hasCut = drawn.objective == nil && select.settings.stratify == nil
    var picks = names.indices.map {
      Picks(group: .top, target: $0, documents: outcome.best[$0].sorted)
    }
    for target in names.indices {
      // From the best to the worst, as everywhere.
      picks.append(
        Picks(
          group: .selectedAtCut, target: target,
          documents: outcome.last[target].sorted.reversed()))
      picks.append(
        Picks(group: .belowCut, target: target, documents: outcome.below[target].sorted))
    }
    picks.append(Picks(group: .random, target: 0, documents: outcome.chosen.sorted))
    try add(picks, names, pool.shards, select.settings.reading, model, to: &result)
    return result
  }

  // MARK: A pool

  private func shown(_ explaining: ExplainSettings) throws -> ShownDocuments {
    let reading = explaining.reading
    let explain = Explain(explaining, progress: progress)
    var passes: [PassReport] = []
    var documents = try Inputs(explaining.documents, reading)
    try documents.spool(reading, progress)
    let model: WeighingModel
    switch explaining.models {
    case .files(let target, let pool): model = try explain.stored(target, pool).weighing
    case .fitted(let targets, let pool):
      let texts = try Inputs(targets, reading)
      var fitted = try Inputs(pool, reading)
      if explaining.documents.isEmpty {
        try fitted.spool(reading, progress)
        documents = fitted
      }
      model = try explain.fitted(texts, fitted, &passes).weighing
      // The pool is read again below, and its skipped lines are counted then.
      if explaining.documents.isEmpty { passes.removeLast() }
    }
    var draw = DrawSettings()
    draw.minimumTokenCount = explaining.minimumTokenCount
    draw.addsNoise = false
    var workers = reading.workers(progress)
    workers.fields = furtherFields
    workers.countsLines = true
    let recipe = DrawRecipe(draw: draw, seeds: [settings.seed])
    var step = step(workers, recipe.plan(.documents(settings.top)), targetCount: 1)
    step.sizes = SurveyStep.Sizes(cut: settings.top, unselected: settings.random)
    step.shownFields = shownFields(after: 0)
    step.domainField = step.shownFields?.domain
    progress.begin(.explain, totalStoredByteCount: documents.totalStoredByteCount)
    let outcome = try step.run(documents.shards) { ModelWeightReader(model) }
    passes.append(outcome.report)
    try outcome.report.checkHasDocuments(.input)
    var result = result(outcome, minTokens: draw.minimumTokenCount)
    for pass in passes { pass.addSkippedFiles(to: &result.skippedFiles) }
    try add(
      [
        Picks(group: .top, target: 0, documents: outcome.below[0].sorted),
        Picks(group: .random, target: 0, documents: outcome.unselected.sorted),
      ], [nil], documents.shards, reading, model, to: &result)
    // Nothing was drawn.
    for index in result.documents.indices { result.documents[index].key = nil }
    return result
  }

  // MARK: Both

  private var furtherFields: [String] {
    [settings.idField] + (settings.domainField.map { [$0] } ?? [])
  }

  private func shownFields(after count: Int) -> SurveyStep.ShownFields {
    SurveyStep.ShownFields(id: count, domain: settings.domainField.map { _ in count + 1 })
  }

  private func step(
    _ workers: DocumentWorkers, _ plan: DrawPlan, targetCount: Int
  ) -> SurveyStep {
    SurveyStep(
      workers: workers, selection: [], plan: plan,
      bins: Array(repeating: WeightBins(width: 1, first: 0, count: 1), count: targetCount),
      drawsByWeight: [], seed: settings.seed)
  }

  private func result(_ outcome: SurveyStep.Outcome, minTokens: Int) -> ShownDocuments {
    var result = ShownDocuments(
      dselVersion: settings.version, eligibleDocuments: outcome.poolWeights[0].documentCount,
      hasCut: false, minTokens: minTokens, documents: [])
    if outcome.pool.domains.isEmpty { result.missingDomainField = settings.domainField }
    return result
  }

  /// Reads the documents again, and adds them.
  private func add(
    _ picks: [Picks], _ names: [String?], _ shards: [Shard], _ reading: ReadingSettings,
    _ model: WeighingModel, to result: inout ShownDocuments
  ) throws {
    var items: [Item] = []
    for group in picks {
      for pick in group.documents {
        let target = pick.target ?? group.target
        items.append(
          Item(
            index: result.documents.count, target: target, place: pick.place,
            textHash: pick.textHash))
        result.documents.append(
          ShownDocuments.Document(
            group: group.group, target: names[target], file: shards[pick.place.position.shard].name,
            line: pick.line ?? 0, id: pick.id?.name, domain: pick.domain.flatMap(DomainCounts.name),
            logWeight: pick.logWeight ?? 0, key: pick.key, tokens: pick.tokenCount ?? 0,
            textBytes: pick.textByteCount, up: [], down: [], snippetBegin: 0, snippet: []))
      }
    }
    items.sort { $0.place.position < $1.place.position }
    var reader = SnippetReader(model)
    let records = PlacedRecords(
      shards: shards, limits: reading.limits, textField: reading.textField, progress: progress)
    try records.forEachText(items, at: \.place, hash: \.textHash) { item, text in
      let found = reader.read(text, target: item.target)
      result.documents[item.index].up = found.up
      result.documents[item.index].down = found.down
      result.documents[item.index].snippetBegin = found.begin
      result.documents[item.index].snippet = found.pieces
    }
  }
}
