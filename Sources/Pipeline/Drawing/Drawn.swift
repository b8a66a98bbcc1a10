internal import Choosing
internal import Resampling
internal import Weighting

/// The outcome of a draw.
struct Drawn: Sendable {
  /// The documents that one arm drew.
  struct Part: Sendable {
    var arm: DrawPlan.Arm
    var stratum: String?
    /// The stratum's number.
    var group: Int?
    var selection: Selection
    /// The ranks of observed candidates; nil unless a set was chosen and they are wanted.
    var candidateRanks: CandidateRanks?
  }

  var weighed: DrawStep.Outcome
  var report: PassReport
  /// The parts, in the order of the plan.
  var parts: [Part] = []
  var epochCount: Int
  /// How a set was chosen; nil for a draw by weight.
  var objective: SetObjective?
  var sets = SetGains()
  /// The documents that would have been drawn, or been candidates, but are excluded; in pool order.
  var excluded: [ExcludedDocument] = []
  /// The near-duplicates that were left out; nil if they are drawn like others.
  var nearDuplicates: NearDuplicates?
  /// Whether some documents weigh too little for one target, and not for another.
  private let limitsWeights: Bool
  /// The number of candidates that sets were chosen from; nil if it isn't known.
  var candidateCount: Int?

  init(
    _ choice: Choice, _ weighed: DrawStep.Outcome, _ report: PassReport, _ recipe: DrawRecipe
  ) {
    self.weighed = weighed
    self.report = report
    epochCount = recipe.seeds.count
    limitsWeights = choice.plan.limitsWeights
    objective = choice.objective
    sets = choice.sets
    candidateCount = choice.candidateCount > 0 ? choice.candidateCount : nil
    for (number, group) in choice.plan.groups.enumerated() {
      for (place, selection) in choice.selections[number].enumerated() {
        parts.append(
          Part(
            arm: group.arms[place], stratum: group.stratum.map { choice.plan.strata[$0].string },
            group: group.stratum, selection: selection,
            candidateRanks: choice.ranksByGroup[number]?[place]))
      }
    }
  }
}

extension Drawn {
  /// The documents selected in an epoch, in pool order.
  func documents(epoch: Int) -> [DrawnDocument] {
    let ofEpoch = parts.enumerated().filter { $0.element.arm.epoch == epoch }
    var documents: [DrawnDocument] = []
    documents.reserveCapacity(ofEpoch.reduce(0) { $0 + $1.element.selection.documents.count })
    for (number, part) in ofEpoch {
      for candidate in part.selection.documents {
        documents.append(
          DrawnDocument(candidate: candidate, target: part.arm.target, part: number))
      }
    }
    if ofEpoch.count > 1 { documents.sort { $0.candidate.position < $1.candidate.position } }
    return documents
  }

  /// The unused part of the budgets, in their own unit.
  var shortfall: Int { parts.reduce(0) { $0 + $1.selection.shortfall } }

  /// True if every document that may be drawn was selected, and there was room for more.
  ///
  /// A part that took all that was left speaks for all parts of its stratum. If weights are
  /// limited, it speaks for its target only, since other targets may draw other documents.
  var isExhausted: Bool {
    shortfall > 0
      && parts.allSatisfy { part in
        parts.contains {
          $0.arm.epoch == part.arm.epoch && $0.group == part.group && $0.selection.isExhausted
            && (!limitsWeights || $0.arm.target == nil || $0.arm.target == part.arm.target)
        }
      }
  }

  /// The number of documents that the regression drew alone.
  var logisticCount: Int {
    parts.reduce(0) { sum, part in
      if case .logOdds = part.arm.source { sum + part.selection.documents.count } else { sum }
    }
  }

  /// The parts as manifests list them; nil for a plain draw.
  func records(names: [String?]) -> [PartRecord]? {
    let isPlain = parts.allSatisfy {
      $0.stratum == nil && $0.arm.epoch == 0 && $0.arm.target == 0 && names == [nil]
    }
    guard !isPlain else { return nil }
    return parts.map {
      PartRecord($0, names: names, epochCount: epochCount, isOfSet: objective != nil)
    }
  }

  /// The share of the first part that top-k would also have drawn.
  ///
  /// The part is compared with equally many of the largest weights. A copy that was left out counts
  /// with the document that it copies. The result is nil if the draw has several targets, strata or
  /// epochs, if it has replay, or if nothing was drawn.
  func overlap(_ plan: DrawRecipe) -> Double? {
    guard let part = parts.first, plan.targetCount == 1, plan.strata == nil,
      plan.seeds.count == 1, plan.replay == 0, !part.selection.documents.isEmpty
    else { return nil }
    // Without noise, the draw is top-k itself.
    guard plan.draw.addsNoise else { return 1 }
    let documents = part.selection.documents
    let copies = documents.reduce(0) { $0 + Int($1.copies) }
    let top = weighed.spreads[0].histogram.top(documents.count + copies)
    let hits = documents.reduce(0.0) { sum, document in
      let identity =
        plan.draw.keepsDuplicates
        ? PositionHash.of(document.position) : document.textHash
      return sum + top.contains(document.key - (part.arm.noise?.noise(of: identity) ?? 0))
    }
    return hits / Double(documents.count)
  }
}
