internal import Choosing
internal import Resampling

/// The candidates of one target, and the budgets of its parts.
struct SetCandidates: Sendable {
  /// Candidates that share a budget: those of one stratum, or all.
  struct Part: Sendable {
    var budget: Budget
    var keys: CandidateScale
    /// The size of what a draw by weight would select.
    var documentCount: Int
    var tokenCount: Int
    var cost: Int
    /// The cost of all candidates.
    var candidateCost: Int

    /// Whether the budget has room for all candidates, which are then chosen whole.
    var isWhole: Bool { candidateCost <= budget.amount }
  }

  /// In pool order.
  let all: [Candidate]
  let parts: [Part]
  /// The part of each candidate; empty if there is only one.
  let partNumbers: [UInt32]

  /// The sum of the parts' budgets.
  var budget: Int { parts.reduce(0) { $0 + $1.budget.amount } }

  /// The tokens of the documents that a draw by weight would select.
  var tokenCount: Int { parts.reduce(0) { $0 + $1.tokenCount } }

  func part(_ candidate: Int) -> Int { partNumbers.isEmpty ? 0 : Int(partNumbers[candidate]) }

  func cost(_ candidate: Int) -> Int {
    parts[part(candidate)].budget.cost(of: all[candidate])
  }

  // MARK: Quotas

  /// The cost of all candidates, by slice and part.
  func sizes(sliceCount: Int, slice: (UInt64) -> Int) -> [[Int]] {
    var sizes = Array(repeating: parts.map { _ in 0 }, count: sliceCount)
    for (number, candidate) in all.enumerated() {
      sizes[slice(candidate.textHash)][part(number)] += cost(number)
    }
    return sizes
  }

  /// The quotas of all slices, by slice and part.
  ///
  /// - Parameter sizes: the cost of all candidates, by slice and part.
  func quotas(_ sizes: [[Int]]) -> [[Int]] {
    var quotas = sizes
    for (part, settings) in parts.enumerated() {
      let sizes = sizes.map { $0[part] }
      let ofPart: [Int]
      if settings.isWhole {
        ofPart = sizes
      } else if case .documents(let count) = settings.budget {
        ofPart = Quotas.limited(count, by: sizes)
      } else {
        ofPart = Quotas.equal(settings.budget.amount, sliceCount: sizes.count)
      }
      for slice in quotas.indices { quotas[slice][part] = ofPart[slice] }
    }
    return quotas
  }

  /// The quotas of a group of slices when the others have chosen.
  ///
  /// Slices that had no document of the right size leave tokens and bytes to the next group.
  ///
  /// - Parameters:
  ///   - quotas: of all slices.
  ///   - spent: what all other slices use, by part.
  func quotas(_ slices: [Int], of quotas: [[Int]], spentElsewhere spent: [Int]) -> [[Int]] {
    var quotas = quotas
    for (part, settings) in parts.enumerated() {
      if case .documents = settings.budget { continue }
      if settings.isWhole { continue }
      let left = max(0, settings.budget.amount - spent[part])
      for (slice, quota) in zip(slices, Quotas.equal(left, sliceCount: slices.count)) {
        quotas[slice][part] = quota
      }
    }
    return quotas
  }

  // MARK: Terms

  /// Makes the terms of candidates for a sweep.
  ///
  /// - Parameters:
  ///   - factor: how many slices like the one that chooses make the whole set.
  ///   - tokenCount: of the whole set, about.
  ///   - baseTokenCount: of what the set is to complete.
  ///   - costShare: the share of the budget that the set uses.
  func scale(
    _ objective: SetObjective, _ noise: GumbelNoise, _ profile: TargetProfile, factor: Double,
    tokenCount: Double, baseTokenCount: Double, costShare: Double = 1
  ) -> TermScale {
    let cost = costShare * Double(parts.reduce(0) { $0 + $1.cost })
    // Beside a large base, any document is worth less, and so is its bonus.
    let size = max(1, tokenCount)
    let share = size / (size + baseTokenCount)
    return TermScale(
      candidates: self, objective: objective, noise: noise,
      pricePerToken: factor * share * profile.shareSum / size,
      bonusScale: factor * share * profile.shareSum / max(1, cost))
  }

  /// The terms of candidates in one sweep.
  ///
  /// With a budget in documents, a document's value is gain − (W / N) n + (W / k) bonus. With a
  /// budget in tokens or bytes it is gain / u + (W / U) bonus, where u is what the document uses
  /// of the budget. See ``SetObjective`` and ``CandidateScale``.
  struct TermScale {
    let candidates: SetCandidates
    let objective: SetObjective
    let noise: GumbelNoise
    /// W / N.
    let pricePerToken: Double
    /// W / U, where U is the sum of costs.
    let bonusScale: Double

    func terms(_ number: Int) -> CandidateTerms {
      let candidate = candidates.all[number]
      let part = candidates.part(number)
      let settings = candidates.parts[part]
      let cost = settings.budget.cost(of: candidate)
      var bonus = objective.bonusScale * settings.keys.standardized(candidate.key)
      if objective.noise > 0 { bonus += objective.noise * noise.noise(of: candidate.textHash) }
      var factor = 1.0
      var offset = bonusScale * bonus
      if case .documents = settings.budget {
        offset -= pricePerToken * Double(candidate.tokenCount)
      } else {
        // A document without tokens has no gain to divide.
        factor /= Double(max(1, cost))
      }
      return CandidateTerms(
        factor: factor, offset: offset, cost: cost, part: part, textHash: candidate.textHash)
    }
  }
}
