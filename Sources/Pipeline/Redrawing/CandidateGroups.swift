internal import Files
internal import Resampling

/// The groups of a draw from candidates: one, or one per stratum.
struct CandidateGroups {
  /// The group of each stratum of the candidates, nil for those that aren't drawn from; empty to
  /// draw from all together.
  private var ofStrata: [Int?] = []
  /// The number of eligible documents in strata that aren't drawn from, and their size.
  private(set) var outsideCount = 0
  private(set) var outsideSize = 0

  init() {}

  init(_ strata: CandidateStrata, _ drawn: Strata) {
    var numberByName: [ExactString: Int] = [:]
    for (group, name) in drawn.names.enumerated() { numberByName[name] = group }
    ofStrata = strata.names.map { numberByName[$0] }
    for (number, group) in ofStrata.enumerated() where group == nil {
      outsideCount += strata.counts[number]
      outsideSize += strata.sizes[number]
    }
  }

  /// The group that draws candidates of a stratum; nil if none does.
  func group(ofStratum stratum: Int) -> Int? { ofStrata.isEmpty ? 0 : ofStrata[stratum] }

  /// Candidates, with the groups and arms that may draw them.
  ///
  /// - Parameters:
  ///   - roles: of the candidates; empty if all have the same.
  ///   - plan: of the draw.
  func entries(
    _ candidates: [Candidate], _ roles: [CandidateRole], _ plan: DrawPlan
  ) -> [DrawBuffers.Entry] {
    var entries: [DrawBuffers.Entry] = []
    for (number, candidate) in candidates.enumerated() {
      let role = roles.isEmpty ? CandidateRole() : roles[number]
      guard let group = group(ofStratum: role.stratum), group < plan.groups.count else { continue }
      entries += plan.groups[group].entries(of: candidate, target: role.target, group: group)
    }
    return entries
  }
}

extension DrawPlan.Group {
  /// A candidate, with the arms that may draw it.
  ///
  /// - Parameters:
  ///   - target: the one that it was kept for; else it was kept for the random part.
  ///   - group: the number of this group.
  fileprivate func entries(
    of candidate: Candidate, target: Int, group: Int
  ) -> [DrawBuffers.Entry] {
    // Parts of one target share a buffer, and a candidate has both of their keys.
    guard !isParted else {
      return arms[0].target == target ? [.init(group: group, arm: 0, candidate: candidate)] : []
    }
    return arms.enumerated().compactMap { arm, settings in
      switch settings.source {
      case .logWeight(target): .init(group: group, arm: arm, candidate: candidate.withFirstKey)
      case .logOdds(target):
        .init(group: group, arm: arm, candidate: candidate.exchanged.withFirstKey)
      case .random where isRandom(target):
        .init(group: group, arm: arm, candidate: candidate.withFirstKey)
      default: nil
      }
    }
  }

  /// Whether no target of the group has this number.
  private func isRandom(_ target: Int) -> Bool { !arms.contains { $0.target == target } }
}

extension CandidateDraw {
  /// The groups of a draw.
  ///
  /// - Parameter recipe: gets the strata.
  /// - Throws: ``CandidateError/otherStrata(path:field:wanted:)``,
  ///   ``CandidateError/filledUnit(path:_:)``,
  ///   ``CandidateError/filledSet(path:)``, ``StrataError``
  static func groups(
    _ whole: CandidateFile, _ stratify: StratifySettings?, _ path: String,
    _ recipe: inout DrawRecipe
  ) throws(PipelineError) -> CandidateGroups {
    guard let stratify else { return CandidateGroups() }
    let known = whole.header.settings
    guard let strata = whole.header.strata,
      known.stratify.map({ ExactString($0) }) == ExactString(stratify.field)
    else {
      throw .candidates(
        .otherStrata(path: path, field: known.stratify, wanted: stratify.field))
    }
    guard !stratify.fills || known.unit == .documents else {
      throw .candidates(.filledUnit(path: path, known.unit))
    }
    // Each stratum would have the candidates of the whole set.
    guard !stratify.fills || known.objective == .weight else {
      throw .candidates(.filledSet(path: path))
    }
    let drawn = try stratify.strata(strata.countsByName)
    recipe.strata = drawn
    return CandidateGroups(strata, drawn)
  }
}
