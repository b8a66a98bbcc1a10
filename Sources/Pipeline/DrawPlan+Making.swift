internal import Resampling

/// What a draw is made of, before budgets are known.
struct DrawRecipe: Sendable {
  var draw: DrawSettings
  /// How much of the draw each target has.
  var targets = Apportionment(counts: [1])
  var targetCount = 1
  /// What each target's log weights are divided by.
  var temperatures: [Double] = [1]
  /// The share of the draw that is drawn at random, before the targets draw.
  var replay = 0.0
  var strata: Strata?
  /// Whether documents of equal text may have different weights.
  var copiesMayDiffer = false
  /// The seeds of the epochs.
  var seeds: [UInt64]
  /// Whether a document is drawn in one epoch only.
  var areEpochsDisjoint = false

  /// - Parameter budget: of each epoch.
  func plan(_ budget: Budget) -> DrawPlan {
    let budgets = strata.map { budget.shared(by: $0.shares) } ?? [budget]
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
        groups += epochs.enumerated().map {
          DrawPlan.Group(stratum: stratum, family: $0, arms: $1)
        }
      }
    }
    return DrawPlan(
      groups: groups, strata: strata?.names ?? [], keepsDuplicates: draw.keepsDuplicates,
      copiesMayDiffer: copiesMayDiffer, minimumLength: draw.minimumTokenCount)
  }

  private func arms(_ epoch: Int, _ budget: Budget) -> [DrawPlan.Arm] {
    var arms: [DrawPlan.Arm] = []
    let parts = budget.shared(by: Apportionment(given: [replay, nil], counts: [0, 1]))
    let (random, weighed) = (parts[0], parts[1])
    if replay > 0 {
      arms.append(arm(epoch, .random, random, temperature: 1, .replayNoise))
    }
    for (target, share) in weighed.shared(by: targets).enumerated() {
      let parts = share.parted(secondShare: draw.logisticShare)
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
struct Fill {
  var total: Int
  var shares: Apportionment
  /// How much each stratum can give to each epoch at most.
  private var limits: [[Int]]
  private let areEpochsDisjoint: Bool

  /// - Parameter available: what each stratum has.
  init(
    total: Int, shares: Apportionment, available: [Int], epochCount: Int, areEpochsDisjoint: Bool
  ) {
    self.total = total
    self.shares = shares
    self.areEpochsDisjoint = areEpochsDisjoint
    limits = Array(repeating: available, count: epochCount)
  }

  /// What each stratum gives to each epoch: by its share, but no more than it has; what one can't give the others do, by the
  /// same shares. Where no document is drawn twice, epochs after the first have what those before left.
  ///
  /// - Returns: for each stratum, an amount for each epoch.
  var given: [[Int]] {
    var amounts = [[Int]](repeating: [], count: limits[0].count)
    for (epoch, limits) in limits.enumerated() {
      let open = limits.indices.map { stratum in
        guard areEpochsDisjoint else { return limits[stratum] }
        return min(limits[stratum], self.limits[0][stratum] - amounts[stratum].reduce(0, +))
      }
      for (stratum, amount) in shares.amounts(of: total, limits: open).enumerated() {
        amounts[stratum].append(amount)
      }
      precondition(epoch < self.limits.count)
    }
    return amounts
  }

  /// The same, and what none can give, which stays asked for, by the shares, and is missed: the amounts of an epoch add up to
  /// the total.
  var asked: [[Int]] {
    var amounts = given
    for epoch in limits.indices {
      let missing = total - amounts.reduce(0) { $0 + $1[epoch] }
      for (stratum, amount) in shares.amounts(of: missing).enumerated() {
        amounts[stratum][epoch] += amount
      }
    }
    return amounts
  }

  /// Takes into account that a stratum could give less than was thought, since texts of it were drawn in others.
  ///
  /// - Parameter drawn: for each stratum, how much each epoch drew of what was ``given``.
  /// - Returns: whether anything changed.
  mutating func limit(to drawn: [[Int]]) -> Bool {
    var isLess = false
    for (stratum, amounts) in given.enumerated() {
      for (epoch, amount) in amounts.enumerated() where drawn[stratum][epoch] < amount {
        limits[epoch][stratum] = drawn[stratum][epoch]
        isLess = true
      }
    }
    return isLess
  }
}
