internal import Choosing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// A draw from candidates that earlier runs kept.
struct CandidateDraw {
  struct Settings: Sendable {
    /// nil for the number of documents that the candidates were kept for.
    var count: Int?
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
    let count = settings.count ?? known.count
    guard count <= known.count else {
      throw PipelineError.candidates(
        .tooFewCandidates(path: path, keptFor: known.count, wanted: count))
    }
    self.whole = whole
    recipe = DrawRecipe(known)
    budget = .documents(count)
    let choosesSet = known.objective == .set && !whole.header.isChosen
    let asked = SetObjective(purity: settings.purity, noise: settings.noise)
    objective = choosesSet ? asked : whole.header.chosenBy
    base = choosesSet ? settings.base?.base : whole.header.base
    let stored = StoredCandidates(
      files: files, shards: whole.header.shards, limits: settings.reading.limits)
    let room = SpoolRoom(directory: settings.reading.spoolDirectory, command: .resample)
    let selector: any Selector
    if choosesSet, let profile = whole.header.profile {
      var chooser = SetSelector(
        recipe, asked, budget,
        candidates: CandidateBudget.largest(for: budget, averageCost: 1), fills: false,
        profiles: [profile],
        CandidateReading(
          source: StoredFeatures(stored: stored, progress: progress), room: room,
          threadCount: settings.reading.threadCount))
      if let base = settings.base {
        chooser.bases = [try base.counts(whole.header, path, settings.reading.limits)]
      }
      selector = chooser
    } else {
      selector = recipe.selector(budget, fills: false)
    }
    var kept = DrawBuffers(
      selector.plan, slack: known.nearDuplicates == nil ? nil : [whole.candidates.count],
      expectedCount: whole.candidates.count)
    kept.add(whole.candidates.map { .init(group: 0, arm: 0, candidate: $0) })
    var eligible = EligibleDocuments()
    eligible.documentCount = whole.header.eligibleCount
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
      try Self.checkCount(kept, wanted: wanted, whole, path, count)
    }
    nearDuplicates = leftOut
    excluded = try Self.reached(by: selector, kept, eligible, whole)
    choice = try selector.choose(from: kept, eligible: eligible)
  }

  /// Refuses to draw where a document is missing that comes after those that were kept.
  ///
  /// - Parameters:
  ///   - kept: the candidates that aren't left out.
  ///   - wanted: the number of documents to draw, or to choose a set from.
  private static func checkCount(
    _ kept: DrawBuffers, wanted: Int, _ whole: CandidateFile, _ path: String, _ count: Int
  ) throws(PipelineError) {
    let known = whole.header.settings
    // Fewer are kept than there was room for if there are no others.
    guard whole.candidates.count >= known.keptBudget(count: known.count).amount else { return }
    let left = kept.lists()[0].reduce(0) { $0 + $1.entries.count }
    guard left < wanted else { return }
    let keptCount = whole.candidates.count
    // Twice as many candidates.
    let more = known.objective == .set ? (2 * keptCount + 2) / 3 : 2 * keptCount
    throw .candidates(
      .tooManyNearDuplicates(
        path: path, kept: keptCount, left: left, wanted: wanted, count: count, more: more))
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
    if header.isChosen, let count = settings.count, count != header.settings.count {
      throw .candidates(
        .otherChoice(path: path, chosenCount: header.settings.count, wanted: count))
    }
    let asksForSet = settings.purity != nil || settings.noise != nil || settings.base != nil
    guard !asksForSet || (header.settings.objective == .set && !header.isChosen) else {
      throw .candidates(.noSet(path: path))
    }
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
