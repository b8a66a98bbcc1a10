internal import Files
internal import Reading
internal import Resampling
internal import Weighting

extension CandidateDraw {
  /// What the chosen documents are, as files of candidates have it.
  struct Parts {
    /// In pool order, with the keys that they have as candidates.
    var documents: [Candidate] = []
    /// The targets that drew them; the number of targets for those that were drawn at random.
    var roles: [CandidateRole] = []
    /// See ``CandidateFile/partNumbers``.
    var numbers: [Int] = []
    /// Whether everything eligible was drawn.
    var isExhausted = false
  }

  var parts: Parts {
    let weighed = DrawStep.Outcome(spreads: [], randomBaseline: FeatureCounts(bucketCount: 0))
    let drawn = Drawn(choice, weighed, PassReport(), recipe)
    var all: [(document: Candidate, role: CandidateRole, number: Int)] = []
    for part in drawn.parts {
      let role = CandidateRole(target: part.arm.target ?? recipe.targetCount)
      if case .logOdds = part.arm.source {
        // Its documents have the regression's key in the first place.
        all += part.selection.documents.map { ($0.exchanged, role, 1) }
      } else {
        all += part.selection.documents.map { ($0, role, 0) }
      }
    }
    all.sort { $0.document.position < $1.document.position }
    return Parts(
      documents: all.map(\.document), roles: all.map(\.role), numbers: all.map(\.number),
      isExhausted: drawn.isExhausted)
  }

  /// The draw that candidates were kept for, with the shares that are asked for.
  ///
  /// - Throws: ``CandidateError``
  static func recipe(
    _ whole: CandidateFile, _ settings: Settings, _ path: String
  ) throws(PipelineError) -> DrawRecipe {
    let known = whole.header.settings
    var recipe = DrawRecipe(known)
    guard !whole.header.isChosen else {
      guard settings.shares.isEmpty, settings.replay == 0 else {
        throw .candidates(.chosenShares(path: path))
      }
      recipe.replay = known.replay
      recipe.targets = apportionment(known.targets.map(\.share))
      return recipe
    }
    guard settings.replay <= known.replay else {
      throw .candidates(
        .tooMuchReplay(path: path, keptFor: known.replay, wanted: settings.replay))
    }
    recipe.replay = settings.replay
    recipe.targets = apportionment(try shares(settings.shares, known, path))
    return recipe
  }

  /// The shares of the targets; nil for those that divide the rest.
  private static func shares(
    _ given: [ExactString: Double], _ known: CandidateFile.Settings, _ path: String
  ) throws(PipelineError) -> [Double?] {
    let names = known.targets.map { ExactString($0.name) }
    if let unknown = given.keys.sorted().first(where: { !names.contains($0) }) {
      throw .candidates(
        .unknownTarget(path: path, name: unknown.string, names: names.map(\.string)))
    }
    let shares = names.map { given[$0] }
    guard !shares.isEmpty, !shares.contains(nil) else { return shares }
    let sum = shares.reduce(0) { $0 + ($1 ?? 0) }
    guard abs(sum - 1) <= StratifySettings.rounding else {
      throw .candidates(.otherShareSum(path: path, sum: sum))
    }
    return shares
  }

  private static func apportionment(_ shares: [Double?]) -> Apportionment {
    shares.isEmpty
      ? Apportionment(counts: [1])
      : Apportionment(given: shares, counts: shares.map { _ in 1 })
  }

  /// The shares of a draw by the targets' names; nil for one target.
  func shares(_ given: [ExactString: Double]) -> [ExactString: Double]? {
    let targets = whole.header.settings.targets
    guard !targets.isEmpty else { return nil }
    let known = targets.map { $0.share ?? given[ExactString($0.name)] }
    let rest = RestShare.each(known)
    return Dictionary(
      zip(targets, known).map { (ExactString($0.name), $1 ?? rest) }, uniquingKeysWith: +)
  }
}

extension CandidateFile {
  /// The choice that an earlier run made.
  func chosen(_ plan: DrawPlan, isExhausted: Bool) -> Choice {
    let arms = plan.groups[0].arms
    var documents = arms.map { _ in [Candidate]() }
    for (number, candidate) in candidates.enumerated() {
      let (target, part) = (role(of: number).target, partNumbers[number])
      // Where a part has nothing to draw, its target has no arm for it.
      let place =
        arms.firstIndex { part == 1 && $0.source == .logOdds(target: target) }
        ?? arms.firstIndex { $0.source == .logWeight(target: target) }
        ?? arms.firstIndex { $0.source == .random }
      guard let place else { continue }
      documents[place].append(part == 0 ? candidate : candidate.exchanged)
    }
    let selections = arms.indices.map { arm in
      let budget = arms[arm].budget
      var shortfall = budget.amount - documents[arm].reduce(0) { $0 + budget.cost(of: $1) }
      // Strata divide the budgets of parts by themselves, so these numbers may be one or more off.
      // A choice of documents that had enough of them is short of none.
      if case .documents = budget, !isExhausted { shortfall = 0 }
      return Selection(
        documents: documents[arm], thresholdKey: documents[arm].lazy.map(\.key).min(),
        shortfall: shortfall, isExhausted: isExhausted)
    }
    return Choice(plan: plan, selections: [selections], objective: header.chosenBy)
  }
}

extension DrawRecipe {
  /// The draw that candidates were kept for, without shares.
  fileprivate init(_ known: CandidateFile.Settings) {
    var draw = DrawSettings()
    draw.seed = known.seed
    draw.addsNoise = !known.topK
    draw.temperature = .fixed(known.temperature)
    draw.logisticShare = known.logisticShare
    draw.minimumTokenCount = known.minimumTokenCount
    draw.maximumTokenCount = known.maximumTokenCount
    draw.minimumLogWeight = known.minimumLogWeight
    let count = known.targetCount
    self.init(
      draw: draw, targetCount: count,
      temperatures: Array(repeating: known.temperature, count: count), seeds: [known.seed])
    copiesMayDiffer = !known.additions.isEmpty
  }
}
