#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

internal import Resampling

/// How a pool is cut into strata, and what is drawn of each.
package struct StratifySettings: Sendable, Equatable {
  /// Dotted keys.
  package var field: String
  /// What is drawn of each value; nil for the pool's own shares. What this leaves of 1 goes to the other
  /// values, by the pool's shares.
  package var mixture: [String: Double]?
  /// Shares of the pool become p^(1/T), and are scaled to their sum: 1 keeps them, more makes them alike.
  package var temperature = 1.0
  /// Whether what a stratum falls short is drawn of the others.
  package var fills = false

  package init(field: String) { self.field = field }

  /// The shares of strata in a draw.
  ///
  /// - Parameter counts: eligible documents by stratum.
  /// - Returns: those above 0, by name; their sum is 1.
  func shares(_ counts: [String: Int]) -> [(name: String, share: Double)] {
    let total = Double(counts.values.reduce(0, +))
    func scaled(_ names: some Sequence<String>, to sum: Double) -> [(String, Double)] {
      let weights = names.map { ($0, pow(Double(counts[$0] ?? 0) / total, 1 / temperature)) }
      let all = weights.reduce(0) { $0 + $1.1 }
      return all > 0 ? weights.map { ($0.0, $0.1 / all * sum) } : []
    }
    var shares: [(String, Double)]
    if let mixture {
      let given = mixture.values.reduce(0, +)
      shares = mixture.map { ($0.key, $0.value) }
      if given < 1 - Self.rounding {
        shares += scaled(counts.keys.filter { mixture[$0] == nil }, to: 1 - given)
      }
    } else {
      shares = scaled(counts.keys, to: 1)
    }
    let sum = shares.reduce(0) { $0 + $1.1 }
    return shares.filter { $0.1 > 0 }.map { (name: $0.0, share: $0.1 / sum) }
      .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Shares that add up to 1 but for this are all of it.
  package static let rounding = 1e-6
}

/// What a draw is made of, before budgets are known.
struct DrawRecipe: Sendable {
  var draw: DrawSettings
  /// How much of the draw each target has; relative to their sum.
  var targetShares: [Double] = [1]
  /// What each target's log weights are divided by.
  var temperatures: [Double] = [1]
  /// The share of the draw that is drawn at random, before the targets draw.
  var replay = 0.0
  var strata: [(name: String, share: Double)]?
  /// The seeds of the epochs.
  var seeds: [UInt64]
  /// Whether a document is drawn in one epoch only.
  var areEpochsDisjoint = false

  /// - Parameter budget: of each epoch.
  func plan(_ budget: Budget) -> DrawPlan {
    let strata = strata ?? []
    let budgets = strata.isEmpty ? [budget] : budget.shared(by: strata.map(\.share))
    return plan(budgets.map { budget in seeds.map { _ in budget } })
  }

  /// - Parameter budgets: of each stratum, or of all documents; one an epoch.
  func plan(_ budgets: [[Budget]]) -> DrawPlan {
    var groups: [DrawPlan.Group] = []
    for (number, budgets) in budgets.enumerated() {
      let stratum = strata == nil ? nil : number
      let epochs = zip(seeds.indices, budgets).map { arms($0, $1) }
      if areEpochsDisjoint {
        groups.append(DrawPlan.Group(stratum: stratum, arms: Array(epochs.joined())))
      } else {
        groups += epochs.map { DrawPlan.Group(stratum: stratum, arms: $0) }
      }
    }
    return DrawPlan(
      groups: groups, strata: strata?.map(\.name) ?? [], keepsDuplicates: draw.keepsDuplicates,
      minimumLength: draw.minimumTokenCount)
  }

  private func arms(_ epoch: Int, _ budget: Budget) -> [DrawPlan.Arm] {
    var arms: [DrawPlan.Arm] = []
    var shares = budget.shared(by: [replay] + targetShares.map { $0 / sum * (1 - replay) })
    let random = shares.removeFirst()
    if replay > 0 {
      arms.append(arm(epoch, .random, random, temperature: 1, .replayNoise))
    }
    for (target, share) in shares.enumerated() {
      let parts = PartedCandidates.budgets(sharing: share, secondShare: draw.logisticShare)
      let temperature = temperatures[target]
      arms.append(
        arm(epoch, .logWeight(target: target), parts.first, temperature: temperature, .noise))
      if let second = parts.second {
        arms.append(
          arm(
            epoch, .logOdds(target: target), second,
            temperature: temperature * DrawSettings.logisticTemperature, .secondNoise))
      }
    }
    return arms
  }

  private var sum: Double { targetShares.reduce(0, +) }

  private func arm(
    _ epoch: Int, _ source: DrawPlan.Arm.Source, _ budget: Budget, temperature: Double,
    _ purpose: SeededHash.Purpose
  ) -> DrawPlan.Arm {
    // A draw at random without noise would be the first documents.
    let hasNoise = draw.addsNoise || source == .random
    return DrawPlan.Arm(
      epoch: epoch, source: source, budget: budget, temperature: temperature,
      noise: hasNoise ? GumbelNoise(seed: seeds[epoch], purpose: purpose) : nil)
  }

  /// The seeds of so many draws that are made of one: the first is that one, and the others are below 2⁵³, which every
  /// reader of JSON gets right.
  static func seeds(_ seed: UInt64, count: Int) -> [UInt64] {
    (0..<count).map { epoch in
      epoch == 0 ? seed : SeededHash(seed: seed, purpose: .epoch)(UInt64(epoch)) >> 11
    }
  }
}

/// Passes what strata fall short on to the others.
enum Fill {
  /// What each stratum gives to each epoch: by the rule below, of all that it has, or of what earlier epochs left of that
  /// where no document is drawn twice. What none can give any more stays asked for, in proportion, and is missed.
  ///
  /// - Returns: for each stratum, an amount an epoch; the amounts of an epoch add up to `total`.
  static func amounts(
    total: Int, shares: [Double], available: [Int], epochCount: Int, areEpochsDisjoint: Bool
  ) -> [[Int]] {
    var amounts = shares.map { _ in [Int]() }
    var left = available
    for _ in 0..<epochCount {
      let given = Self.amounts(total: total, shares: shares, available: left)
      let missing = Budget.documents(total - given.reduce(0, +)).shared(by: shares)
      for stratum in shares.indices {
        amounts[stratum].append(given[stratum] + missing[stratum].amount)
        if areEpochsDisjoint { left[stratum] -= given[stratum] }
      }
    }
    return amounts
  }

  /// Shares `total` among strata in proportion, but to none more than it has: what one can't take goes to those that can, by
  /// the same proportions, until all is given away or none can take more.
  static func amounts(total: Int, shares: [Double], available: [Int]) -> [Int] {
    var amounts = [Int](repeating: 0, count: shares.count)
    var left = total
    while left > 0 {
      let open = shares.indices.filter { amounts[$0] < available[$0] && shares[$0] > 0 }
      guard !open.isEmpty else { break }
      let offers = Budget.documents(left).shared(by: open.map { shares[$0] })
      for (stratum, offer) in zip(open, offers) {
        let taken = min(offer.amount, available[stratum] - amounts[stratum])
        amounts[stratum] += taken
        left -= taken
      }
    }
    return amounts
  }
}
