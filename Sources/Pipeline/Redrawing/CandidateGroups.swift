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

  /// The candidates, with the groups that may draw them.
  func entries(_ file: CandidateFile) -> [DrawBuffers.Entry] {
    guard !ofStrata.isEmpty else {
      return file.candidates.map { .init(group: 0, arm: 0, candidate: $0) }
    }
    return zip(file.candidates, file.stratumNumbers).compactMap { candidate, stratum in
      ofStrata[stratum].map { .init(group: $0, arm: 0, candidate: candidate) }
    }
  }
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
