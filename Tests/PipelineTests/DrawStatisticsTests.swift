import Files
import Reading
import Resampling
import TestSupport
import Testing
import Weighting

@testable import Pipeline

/// Ranks against a plain count, and inclusion probabilities against 2,000 draws.
@Suite struct DrawStatisticsTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  // MARK: Ranks

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Ranks are those of a plain count, in memory and from a file`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    // Two targets. The second one's weights are few, so that many are equal.
    let weights = (0..<500).map { _ in
      [
        Double.random(in: -300..<300, using: &random),
        Double(Int.random(in: -4...4, using: &random)) / 2,
      ]
    }
    let selected = (0..<2).map { target in
      weights.filter { _ in Bool.random(using: &random) }.map { $0[target] }
    }
    for mostHeld in [1, 7, 100, 1 << 17] {
      let pool = WeightSpool(
        targetCount: 2, directory: directory.url.path, mostHeld: mostHeld)
      // What an earlier try added doesn't count.
      try pool.add([1, 2, 3, 4])
      pool.removeAll()
      var rest = weights[...]
      while !rest.isEmpty {
        let chunk = rest.prefix(Int.random(in: 1...40, using: &random))
        rest = rest.dropFirst(chunk.count)
        try pool.add(chunk.flatMap { $0 })
      }
      let ranks = try PoolRanks(selected, pool: pool)
      #expect(ranks.documentCount == 500)
      for target in 0..<2 {
        for weight in selected[target] {
          let rank = ranks.rank(of: weight, target: target)
          #expect(rank == 1 + weights.count { $0[target] > weight })
          #expect(
            ranks.quantile(ofRank: rank)
              == Double(weights.count { $0[target] <= weight }) / 500)
        }
      }
    }
  }

  @Test func `Without a selection, there is nothing to count`() throws {
    let pool = WeightSpool(targetCount: 1, directory: directory.url.path)
    #expect(try PoolRanks([[]], pool: pool).documentCount == 0)
    try pool.add([0, -0.0, 5])
    let ranks = try PoolRanks([[-0.0]], pool: pool)
    #expect(ranks.rank(of: 0, target: 0) == 2)
    #expect(ranks.quantile(ofRank: 2) == Double(2) / 3)
  }

  // MARK: Probabilities

  private struct Document {
    var logWeight: Double
    var value: Double
    var tokenCount: Int
    var textHash: UInt64
    var stratum: Int
  }

  private static let documents: [Document] = {
    var random = SplitMix64(state: 9)
    return (0..<60).map { number in
      let logWeight = Double.random(in: -1.5..<1.5, using: &random)
      return Document(
        logWeight: logWeight,
        // Values that weights say something about, and values that they say nothing about.
        value: (number % 2 == 0 ? 5 + logWeight : 0) + Double.random(in: 0..<3, using: &random),
        tokenCount: Int.random(in: 1...30, using: &random), textHash: random.next(),
        stratum: number % 3 == 0 ? 1 : 0)
    }
  }()

  enum Case: String, CaseIterable {
    case documents, tokens, temperature, replay, strata, laterEpoch, secondPart
  }

  private static func recipe(_ kind: Case, seed: UInt64) -> (DrawRecipe, Budget) {
    var recipe = DrawRecipe(draw: DrawSettings(), seeds: [seed])
    switch kind {
    case .documents: break
    case .tokens: return (recipe, .tokens(230))
    case .temperature: recipe.temperatures = [2]
    case .replay: recipe.replay = 0.25
    case .strata:
      recipe.strata = Strata(
        names: ["a", "b"].map { ExactString($0) }, shares: Apportionment(counts: [1, 1]))
    case .laterEpoch:
      recipe.seeds = DrawRecipe.seeds(seed, count: 2)
      recipe.areEpochsDisjoint = true
    case .secondPart: recipe.draw.logisticShare = 0.25
    }
    return (recipe, .documents(16))
  }

  /// The draw, by the same steps as ``Draw`` takes after its pass.
  private static func drawn(_ recipe: DrawRecipe, _ budget: Budget) -> Drawn {
    let selector = GumbelTopK(recipe.plan(budget))
    var kept = DrawBuffers(selector.plan, slack: selector.plan.groups.map { _ in 1 })
    for (place, document) in documents.enumerated() {
      let weight = DocumentWeight(logWeight: document.logWeight, logOdds: -document.logWeight)
      for (number, group) in selector.plan.groups.enumerated()
      where group.stratum == nil || group.stratum == document.stratum {
        let keys = group.arms.map { $0.key(of: weight, identity: document.textHash) }
        for arm in group.isParted ? 0..<1 : group.arms.indices {
          kept.add([
            .init(
              group: number, arm: arm,
              candidate: Candidate(
                key: keys[arm], secondKey: group.isParted && keys.count > 1 ? keys[1] : 0,
                textHash: document.textHash, position: Position(shard: 0, place: place),
                lineByteCount: 9, textByteCount: 5, tokenCount: document.tokenCount))
          ])
        }
      }
    }
    let choice = selector.choose(from: kept, eligible: EligibleDocuments())
    return Drawn(
      choice,
      DrawStep.Outcome(
        spreads: [WeightSpread()], randomBaseline: FeatureCounts(bucketCount: 0)),
      PassReport(), recipe)
  }

  /// An estimate of the sum of all documents' values from one draw, and of its variance.
  ///
  /// - Parameter threshold: nil for the rule that is tested.
  private static func estimate(
    _ kind: Case, seed: UInt64, threshold: ((Selection) -> Double?)? = nil
  ) -> (sum: Double, variance: Double) {
    let (recipe, budget) = recipe(kind, seed: seed)
    let drawn = drawn(recipe, budget)
    var (sum, variance) = (0.0, 0.0)
    for (number, part) in drawn.parts.enumerated() {
      let documents = part.selection.documents.map { Self.documents[$0.position.place] }
      // Parts before the last by weights count as they are: the estimate is one of what they left.
      let isBefore =
        part.arm.source == .random || (kind == .laterEpoch && part.arm.epoch == 0)
      if isBefore {
        sum += documents.reduce(0) { $0 + $1.value }
        continue
      }
      guard let rule = InclusionProbability(ofPart: number, of: drawn) else { continue }
      let other = threshold.map {
        InclusionProbability(
          temperature: part.arm.temperature, threshold: $0(part.selection) ?? -.infinity)
      }
      for document in documents {
        let p = (other ?? rule).value(logWeight: document.logWeight)
        sum += document.value / p
        variance += document.value * document.value * (1 - p) / (p * p)
      }
    }
    return (sum, variance)
  }

  /// How far the mean of 2,000 estimates is from the sum, in standard errors.
  ///
  /// For a given threshold, whether a document was drawn is a matter of chance with the probability
  /// p, and estimates of different documents aren't correlated (Duffield, Lund and Thorup 2007). So
  /// the variance of an estimate is the expectation of Σ v² (1 − p) / p² over the documents drawn,
  /// and the mean of 2,000 has the standard error √(Σ of these) / 2,000.
  private static func deviation(
    _ kind: Case, threshold: ((Selection) -> Double?)? = nil
  ) -> Double {
    let count = 2000
    let estimates = (0..<count).map {
      estimate(kind, seed: UInt64($0), threshold: threshold)
    }
    let mean = estimates.reduce(0) { $0 + $1.sum } / Double(count)
    let error = estimates.reduce(0) { $0 + $1.variance }.squareRoot() / Double(count)
    return (mean - documents.reduce(0) { $0 + $1.value }) / error
  }

  /// The mean of so many estimates is nearly normal. It is beyond 4 standard errors with a
  /// probability of 1 in 16,000.
  @Test(arguments: Case.allCases)
  func `Sums over the drawn documents estimate those over the pool without bias`(
    kind: Case
  ) {
    let deviation = Self.deviation(kind)
    #expect(abs(deviation) < 4, "\(kind): \(deviation) standard errors")
  }

  @Test func `The smallest key that was drawn would be a wrong threshold`() {
    // So 2,000 draws are enough to notice an error of one rank.
    #expect(abs(Self.deviation(.documents, threshold: \.thresholdKey)) > 8)
  }

  @Test func `Everything is certain if all is drawn, and nothing if nothing is left to chance`() {
    var (recipe, _) = Self.recipe(.documents, seed: 1)
    let all = Self.drawn(recipe, .documents(60))
    #expect(all.parts[0].selection.nextKey == nil)
    #expect(InclusionProbability(ofPart: 0, of: all)?.value(logWeight: -700) == 1)
    // One is left, whatever the budget is above the number of documents before it.
    #expect(Self.drawn(recipe, .documents(59)).parts[0].selection.nextKey != nil)
    recipe.draw.addsNoise = false
    #expect(InclusionProbability(ofPart: 0, of: Self.drawn(recipe, .documents(9))) == nil)
  }

  @Test func `Only the first part by weights has probabilities`() {
    var (recipe, budget) = Self.recipe(.replay, seed: 1)
    recipe.targetCount = 2
    recipe.targets = Apportionment(counts: [1, 1])
    recipe.temperatures = [1, 1]
    recipe.draw.logisticShare = 0.25
    let drawn = Self.drawn(recipe, budget)
    // Replay, then two targets, each by weights and by its regression.
    #expect(drawn.parts.count == 5)
    #expect(
      drawn.parts.indices.map { InclusionProbability(ofPart: $0, of: drawn) != nil }
        == [false, true, false, false, false])
  }
}
