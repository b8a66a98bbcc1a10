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
    /// The targets' shares, by name; others share the rest equally.
    var shares: [ExactString: Double] = [:]
    /// The share that is drawn at random.
    var replay = 0.0
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
  /// The hash of the base's file; nil where the set was chosen by another run.
  private(set) var baseHash: UInt64?
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
    var recipe = try Self.recipe(whole, settings, path)
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
    if choosesSet {
      let profiles = whole.header.profiles
      let readings = profiles.indices.map { target in
        CandidateReading(
          source: StoredFeatures(stored: stored, progress: progress, target: target), room: room,
          threadCount: settings.reading.threadCount)
      }
      var chooser = SetSelector(
        recipe, asked, budget,
        candidates: known.candidateBudget(of: budget), fills: false, profiles: profiles,
        readings[0])
      chooser.readings = readings
      if let base = settings.base {
        let found = try base.counts(whole.header, path, settings.reading.limits)
        (chooser.bases, baseHash) = (found.counts, found.contentHash)
      }
      selector = chooser
    } else {
      selector = recipe.selector(budget, fills: settings.stratify?.fills ?? false)
    }
    let wholeCost = whole.candidates.reduce(0) { $0 + budget.cost(of: $1) }
    let keepsAll = known.nearDuplicates != nil || known.isDivided
    var kept = DrawBuffers(
      selector.plan, slack: keepsAll ? selector.plan.groups.map { _ in wholeCost } : nil,
      expectedCount: whole.candidates.count)
    kept.add(groups.entries(whole.candidates, whole.roles, selector.plan))
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
      if known.isDivided {
        try Self.checkRoles(
          leftOut, wanted: budget.with(amount: wanted), groups, recipe, whole, path, count)
      } else {
        try Self.checkCount(kept, wanted: budget.with(amount: wanted), whole, path, count)
      }
    }
    nearDuplicates = leftOut
    excluded = try Self.reached(by: selector, kept, groups, eligible, whole)
    choice = try selector.choose(from: kept, eligible: eligible)
  }

  private static func reached(
    by selector: any Selector, _ kept: DrawBuffers, _ groups: CandidateGroups,
    _ eligible: EligibleDocuments, _ whole: CandidateFile
  ) throws -> CandidateFile.Excluded {
    // A choice has those that it reached.
    guard !whole.header.isChosen, !whole.excluded.isEmpty else { return whole.excluded }
    let documents = whole.excluded.documents
    var buffers = ExcludedBuffers(selector.plan, expectedCount: documents.count)
    for (document, role) in zip(documents, whole.excluded.roles) {
      buffers.add(
        groups.entries([document.candidate], [role], selector.plan).map {
          .init(entry: $0, match: document.match)
        })
    }
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
