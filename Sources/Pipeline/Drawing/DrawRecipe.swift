internal import Resampling

/// The settings of a draw, before its budgets are known.
struct DrawRecipe: Sendable {
  var draw: DrawSettings
  /// Each target's share of the draw.
  var targets = Apportionment(counts: [1])
  var targetCount = 1
  /// The divisor of log weights, one per target.
  var temperatures: [Double] = [1]
  /// The log weights of the least quantile, one per target; empty without one.
  var quantileWeights: [Double] = []
  /// The share of the draw that is drawn at random, before the targets draw.
  var replay = 0.0
  var strata: Strata?
  /// Whether exact duplicates may have different weights.
  var copiesMayDiffer = false
  /// The seed of each epoch.
  var seeds: [UInt64]
  /// Whether a document is drawn in one epoch only.
  var areEpochsDisjoint = false

  /// - Parameter budget: the budget of each epoch.
  func plan(_ budget: Budget) -> DrawPlan {
    let budgets = strata.map { budget.shared(by: $0.shares) } ?? [budget]
    return plan(budgets.map { budget in seeds.map { _ in budget } })
  }

  /// - Parameter budgets: the budgets of each stratum, or of all documents; one per epoch.
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
    return plan(groups)
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
      arms += self.arms(epoch, target, parts.first, parts.second)
    }
    return arms
  }

  /// A plan in which each target keeps documents for itself, and so does the random part, if there
  /// is one: in each stratum, they have groups of their own.
  ///
  /// - Parameter budgets: what is kept by the two keys for a target, by its number, or for the
  ///   random part.
  func planApart(_ budgets: (Int) -> (first: Budget, second: Budget?)) -> DrawPlan {
    let groups = (0..<(strata?.names.count ?? 1)).flatMap { number in
      (0..<(targetCount + (replay > 0 ? 1 : 0))).map { target in
        let kept = budgets(target)
        guard target < targetCount else {
          return DrawPlan.Group(
            stratum: strata == nil ? nil : number,
            arms: [arm(0, .random, kept.first, temperature: 1, .replayNoise)])
        }
        return DrawPlan.Group(
          stratum: strata == nil ? nil : number, arms: arms(0, target, kept.first, kept.second))
      }
    }
    var result = plan(groups)
    result.isForLater = copiesMayDiffer
    return result
  }

  private func plan(_ groups: [DrawPlan.Group]) -> DrawPlan {
    DrawPlan(
      groups: groups, strata: strata?.names ?? [], keepsDuplicates: draw.keepsDuplicates,
      copiesMayDiffer: copiesMayDiffer, lengths: draw.lengths,
      minimumLogWeight: draw.minimumLogWeight, quantileWeights: quantileWeights)
  }

  /// The arms of a target.
  private func arms(
    _ epoch: Int, _ target: Int, _ first: Budget, _ second: Budget?
  ) -> [DrawPlan.Arm] {
    let temperature = temperatures[target]
    var arms = [
      arm(epoch, .logWeight(target: target), first, temperature: temperature, .noise)
    ]
    if let second {
      arms.append(
        arm(
          epoch, .logOdds(target: target), second,
          temperature: temperature * DrawSettings.logisticTemperature, .secondNoise))
    }
    return arms
  }

  private func arm(
    _ epoch: Int, _ source: DrawPlan.Arm.Source, _ budget: Budget, temperature: Double,
    _ purpose: SeededHash.Purpose
  ) -> DrawPlan.Arm {
    // Without noise, a random draw would take the first documents of the pool.
    let hasNoise = draw.addsNoise || source == .random
    return DrawPlan.Arm(
      epoch: epoch, source: source, budget: budget, temperature: temperature,
      noise: hasNoise ? GumbelNoise(seed: seeds[epoch], purpose: purpose) : nil)
  }

  /// The seeds of `count` draws, derived from one seed.
  ///
  /// The first is that seed itself. The others are below 2⁵³, which every JSON reader reads
  /// exactly.
  static func seeds(_ seed: UInt64, count: Int) -> [UInt64] {
    (0..<count).map { epoch in
      epoch == 0 ? seed : SeededHash(seed: seed, purpose: .epoch)(UInt64(epoch)) >> 11
    }
  }
}
