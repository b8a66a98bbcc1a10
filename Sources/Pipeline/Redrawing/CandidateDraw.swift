internal import Choosing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// A draw from candidates that earlier runs kept.
struct CandidateDraw {
  struct Settings: Sendable {
    /// nil for the largest draw that the candidates were kept for. Never a share of the pool.
    var size: SelectionSize?
    /// nil to draw from all strata together.
    var stratify: StratifySettings?
    /// nil for the default.
    var purity: Double?
    var noise: Double?
    /// nil if there is nothing to complete.
    var base: CandidateBase?
    /// Whether candidates may cover only a part of the pool.
    var allowsMissing = false
    var reading: ReadingSettings
  }

  let whole: CandidateFile
  let recipe: DrawRecipe
  /// The number of eligible documents, and of those in no stratum that is drawn from.
  let eligibleCount: Int
  let outsideCount: Int
  let budget: Budget
  /// The objective of the set; nil for a draw by weight.
  let objective: SetObjective?
  /// What the set completes; nil if there is nothing.
  let base: BaseSettings?
  let choice: Choice
  /// The excluded documents that the draw would have reached.
  let excluded: CandidateFile.Excluded
  /// The near-duplicates that were left out; nil if they are drawn like others.
  let nearDuplicates: NearDuplicates?

  /// Draws.
  ///
  /// - Throws: ``PipelineError``
  init(_ files: [Shard], _ settings: Settings, progress: ProgressMeter) throws {
    let path = files[0].name
    let whole = try CandidateFile(merging: files, limits: settings.reading.limits)
    try Self.check(whole, path, settings)
    let known = whole.header.settings
    var recipe = DrawRecipe(known)
    let budget = settings.size?.budget(documentCount: 0) ?? known.unit.budget(known.count)
    let count = budget.amount
    guard count <= known.count else {
      throw PipelineError.candidates(
        .tooFewCandidates(path: path, keptFor: known.count, wanted: count, known.unit))
    }
    let groups = try Self.groups(whole, settings.stratify, path, &recipe)
    eligibleCount = whole.header.eligibleCount - groups.outsideCount
    outsideCount = groups.outsideCount
    (self.whole, self.recipe, self.budget) = (whole, recipe, budget)
    let choosesSet = known.objective == .set && !whole.header.isChosen
    let asked = SetObjective(purity: settings.purity, noise: settings.noise)
    objective = choosesSet ? asked : whole.header.chosenBy
    base = choosesSet ? settings.base?.base : whole.header.base
    if let isExhausted = whole.header.isExhausted {
      choice = whole.chosen(recipe.plan(budget), isExhausted: isExhausted)
      excluded = whole.excluded
      nearDuplicates = known.nearDuplicates.map {
        NearDuplicates(similarity: $0, documents: whole.nearDuplicates)
      }
      return
    }
    let eligible = known.unit.eligible(
      count: eligibleCount, size: whole.header.eligibleSize - groups.outsideSize)
    if choosesSet { try Self.checkSet(of: budget, eligible, whole, path) }
    let stored = StoredCandidates(
      files: files, shards: whole.header.shards, limits: settings.reading.limits)
    let room = SpoolRoom(directory: settings.reading.spoolDirectory, command: .resample)
    let selector: any Selector
    if choosesSet, let profile = whole.header.profile {
      var chooser = SetSelector(
        recipe, asked, budget,
        candidates: known.candidateBudget(of: budget), fills: false, profiles: [profile],
        CandidateReading(
          source: StoredFeatures(stored: stored, progress: progress), room: room,
          threadCount: settings.reading.threadCount))
      if let base = settings.base {
        chooser.bases = [try base.counts(whole.header, path, settings.reading.limits)]
      }
      selector = chooser
    } else {
      selector = recipe.selector(budget, fills: settings.stratify?.fills ?? false)
    }
    let wholeCost = whole.candidates.reduce(0) { $0 + budget.cost(of: $1) }
    let keepsAll = known.nearDuplicates != nil || recipe.strata != nil
    var kept = DrawBuffers(
      selector.plan, slack: keepsAll ? selector.plan.groups.map { _ in wholeCost } : nil,
      expectedCount: whole.candidates.count)
    kept.add(groups.entries(whole))
    var leftOut = known.nearDuplicates.map {
      NearDuplicates(similarity: $0, documents: whole.nearDuplicates)
    }
    if let similarity = known.nearDuplicates, !whole.header.isChosen {
      leftOut = try NearDuplicateFilter(
        similarity: similarity, source: StoredTokens(stored: stored, progress: progress),
        room: room
      ).leaveOut(from: &kept, by: selector, eligible: eligible)
      let wanted =
        choosesSet
        ? CandidateBudget.budget(for: budget, eligible: eligible).amount : count
      try Self.checkCount(kept, wanted: budget.with(amount: wanted), whole, path, count)
    }
    nearDuplicates = leftOut
    excluded = try Self.reached(by: selector, kept, eligible, whole)
    choice = try selector.choose(from: kept, eligible: eligible)
  }

  /// Refuses to choose a set among fewer candidates than it should have.
  ///
  /// Sets of a number of documents always have enough of them.
  private static func checkSet(
    of budget: Budget, _ eligible: EligibleDocuments, _ whole: CandidateFile, _ path: String
  ) throws(PipelineError) {
    let known = whole.header.settings
    let kept = known.keptBudget(count: known.count).amount
    let needed = CandidateBudget.budget(for: budget, eligible: eligible).amount
    guard needed > kept, !whole.isComplete else { return }
    throw .candidates(
      .tooFewForSet(
        path: path, kept: kept, needed: needed, count: budget.amount, more: needed / 3 + 1,
        known.unit))
  }

  /// Refuses to draw where a document is missing that comes after those that were kept.
  ///
  /// - Parameters:
  ///   - kept: the candidates that aren't left out.
  ///   - wanted: what to draw, or to choose a set from.
  private static func checkCount(
    _ kept: DrawBuffers, wanted: Budget, _ whole: CandidateFile, _ path: String, _ count: Int
  ) throws(PipelineError) {
    let known = whole.header.settings
    guard !whole.isComplete else { return }
    let left = kept.lists()[0].reduce(0) { $0 + $1.entries.reduce(0) { $0 + wanted.cost(of: $1) } }
    // A draw of tokens or bytes ends at the first document that doesn't fit.
    let isEnough = known.unit == .documents ? left >= wanted.amount : left > wanted.amount
    guard !isEnough else { return }
    let wholeCost = whole.candidates.reduce(0) { $0 + wanted.cost(of: $1) }
    // Twice as many candidates.
    let more = known.objective == .set ? (2 * wholeCost + 2) / 3 : 2 * wholeCost
    throw .candidates(
      .tooManyNearDuplicates(
        path: path, kept: wholeCost, left: left, wanted: wanted.amount, count: count, more: more,
        known.unit))
  }

  private static func reached(
    by selector: any Selector, _ kept: DrawBuffers, _ eligible: EligibleDocuments,
    _ whole: CandidateFile
  ) throws -> CandidateFile.Excluded {
    // A choice has those that it reached.
    guard !whole.header.isChosen, !whole.excluded.isEmpty else { return whole.excluded }
    var buffers = ExcludedBuffers(selector.plan, expectedCount: whole.excluded.documents.count)
    buffers.add(
      whole.excluded.documents.map {
        .init(entry: .init(group: 0, arm: 0, candidate: $0.candidate), match: $0.match)
      })
    var shortGroups: [Int] = []
    let passed = try buffers.passedOver(by: selector, from: kept, eligible: eligible, &shortGroups)
    return CandidateFile.Excluded(passed, of: whole.excluded)
  }

  /// - Throws: ``PipelineError``
  private static func check(
    _ candidates: CandidateFile, _ path: String, _ settings: Settings
  ) throws(PipelineError) {
    let header = candidates.header
    try header.check(settings.reading.textField, path: path)
    guard !header.hasKeysOnly else { throw .candidates(.keysOnly(path: path)) }
    if let counted = header.poolDocumentCount, header.missingCount > 0, !settings.allowsMissing {
      throw .candidates(
        .missingDocuments(
          path: path, foundCount: header.documentCount, countedCount: counted,
          shardCount: header.shards.count))
    }
    guard header.documentCount > 0 else { throw .input(.empty(role: .candidates, skippedLines: 0)) }
    try header.check(settings.size, path: path)
    let asksForSet = settings.purity != nil || settings.noise != nil || settings.base != nil
    guard !asksForSet || (header.settings.objective == .set && !header.isChosen) else {
      throw .candidates(.noSet(path: path))
    }
  }
}

extension CandidateFile.Header {
  /// Refuses a size in another unit than the candidates', and another one than that of a choice.
  ///
  /// - Throws: ``CandidateError/otherUnit(path:keptFor:wanted:wantedUnit:)``,
  ///   ``CandidateError/otherChoice(path:chosenCount:_:wanted:wantedUnit:)``
  fileprivate func check(_ size: SelectionSize?, path: String) throws(PipelineError) {
    guard let budget = size?.budget(documentCount: 0) else { return }
    let unit = CandidateUnit(rawValue: budget.unit) ?? .documents
    let isOther = unit != settings.unit
    guard !isChosen || (budget.amount == settings.count && !isOther) else {
      throw .candidates(
        .otherChoice(
          path: path, chosenCount: settings.count, settings.unit, wanted: budget.amount,
          wantedUnit: unit))
    }
    guard !isOther else {
      throw .candidates(
        .otherUnit(path: path, keptFor: settings.unit, wanted: budget.amount, wantedUnit: unit))
    }
  }
}

extension CandidateFile.Settings {
  /// The largest budget of candidates of a set.
  fileprivate func candidateBudget(of budget: Budget) -> Budget {
    keptAmount.map { budget.with(amount: $0) }
      ?? CandidateBudget.largest(for: budget, averageCost: 1)
  }
}

extension CandidateFile {
  /// Whether these are all documents that may be drawn, because there was room for more.
  fileprivate var isComplete: Bool {
    let budget = header.settings.keptBudget(count: header.settings.count)
    let cost = candidates.reduce(0) { $0 + budget.smallestCost(of: $1) }
    return header.settings.unit == .documents ? cost < budget.amount : cost <= budget.amount
  }

  /// The choice that an earlier run made.
  fileprivate func chosen(_ plan: DrawPlan, isExhausted: Bool) -> Choice {
    let arms = plan.groups[0].arms
    let selections = arms.indices.map { part in
      let isLast = part == arms.count - 1
      let documents = zip(candidates, partNumbers)
        .filter { $0.1 == part || (isLast && $0.1 > part) }
        .map { part == 0 ? $0.0 : $0.0.exchanged }
      let budget = arms[part].budget
      return Selection(
        documents: documents, thresholdKey: documents.lazy.map(\.key).min(),
        shortfall: budget.amount - documents.reduce(0) { $0 + budget.cost(of: $1) },
        isExhausted: isExhausted)
    }
    return Choice(plan: plan, selections: [selections], objective: header.chosenBy)
  }
}

extension DrawRecipe {
  /// The draw that candidates were kept for.
  fileprivate init(_ known: CandidateFile.Settings) {
    var draw = DrawSettings()
    draw.seed = known.seed
    draw.addsNoise = !known.topK
    draw.temperature = .fixed(known.temperature)
    draw.logisticShare = known.logisticShare
    draw.minimumTokenCount = known.minimumTokenCount
    draw.maximumTokenCount = known.maximumTokenCount
    draw.minimumLogWeight = known.minimumLogWeight
    self.init(draw: draw, temperatures: [known.temperature], seeds: [known.seed])
  }
}
