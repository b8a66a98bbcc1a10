import Resampling
import Testing

@testable import Pipeline

@Suite struct DrawPlanTests {
  private static func recipe(_ change: (inout DrawRecipe) -> Void = { _ in }) -> DrawRecipe {
    var recipe = DrawRecipe(draw: DrawSettings(), seeds: [7])
    change(&recipe)
    return recipe
  }

  /// An arm, described by its epoch, source, budget and temperature.
  private static func text(_ arm: DrawPlan.Arm) -> String {
    "\(arm.epoch) \(arm.source) \(arm.budget.amount) \(arm.temperature)"
  }

  private static func arms(_ plan: DrawPlan) -> [[String]] {
    plan.groups.map { $0.arms.map(Self.text) }
  }

  @Test func `One target draws by its log weights alone`() {
    let plan = Self.recipe { $0.temperatures = [2] }.plan(.tokens(100))
    #expect(Self.arms(plan) == [["0 logWeight(target: 0) 100 2.0"]])
    #expect(plan.groups[0].arms[0].budget == .tokens(100))
    #expect(plan.groups[0].isParted && plan.groups[0].stratum == nil)
  }

  /// 4 % of 110 are 4.4, rounded down; the regression draws at a quarter of the temperature.
  @Test func `The regression draws its share alone, at its own temperature`() {
    let plan = Self.recipe {
      $0.draw.logisticShare = 0.04
      $0.temperatures = [2]
    }.plan(.documents(110))
    #expect(
      Self.arms(plan) == [["0 logWeight(target: 0) 106 2.0", "0 logOdds(target: 0) 4 0.5"]])
    #expect(plan.groups[0].isParted)
  }

  /// 10 % of 100 at random; the other 90 by 7 : 3.
  @Test func `Replay comes first, and the targets share the rest`() {
    let plan = Self.recipe {
      $0.replay = 0.1
      $0.targets = Apportionment(shares: [0.7, 0.3])
      $0.targetCount = 2
      $0.temperatures = [1, 3]
    }.plan(.documents(100))
    #expect(
      Self.arms(plan) == [
        ["0 random 10 1.0", "0 logWeight(target: 0) 63 1.0", "0 logWeight(target: 1) 27 3.0"]
      ])
    #expect(!plan.groups[0].isParted)
    #expect(plan.groups[0].arms.map(\.target) == [nil, 0, 1])
  }

  private static let strata = Strata(names: ["a", "b"], shares: Apportionment(counts: [1, 3]))

  @Test func `Strata draw together, and epochs independently`() {
    let plan = Self.recipe {
      $0.strata = Self.strata
      $0.seeds = [7, 8]
    }.plan(.documents(40))
    #expect(plan.groups.map(\.stratum) == [0, 0, 1, 1])
    #expect(plan.groups.map(\.family) == [0, 1, 0, 1])
    #expect(plan.groups.flatMap(\.arms).map(\.epoch) == [0, 1, 0, 1])
    #expect(plan.groups.flatMap(\.arms).map(\.budget) == [10, 10, 30, 30].map { .documents($0) })
    #expect(plan.strata == ["a", "b"])
  }

  @Test func `Epochs without repeats draw one after the other in one group`() {
    let plan = Self.recipe {
      $0.seeds = [7, 8]
      $0.areEpochsDisjoint = true
    }.plan(.documents(40))
    #expect(
      Self.arms(plan) == [["0 logWeight(target: 0) 40 1.0", "1 logWeight(target: 0) 40 1.0"]])
    #expect(!plan.groups[0].isParted)
  }

  @Test func `A key is the log weight over the temperature, plus the noise of the arm's seed`() {
    let weight = DocumentWeight(logWeight: 6, logOdds: -3)
    func key(_ source: DrawPlan.Arm.Source, noise: GumbelNoise?) -> Double {
      DrawPlan.Arm(source: source, budget: .documents(1), temperature: 1.5, noise: noise)
        .key(of: weight, identity: 99)
    }
    #expect(key(.logWeight(target: 0), noise: nil) == 4)
    #expect(key(.logOdds(target: 0), noise: nil) == -2)
    let noise = GumbelNoise(seed: 3)
    #expect(key(.logWeight(target: 0), noise: noise) == 4 + noise.noise(of: 99))
    #expect(key(.random, noise: noise) == noise.noise(of: 99))
  }

  @Test func `Each arm has noise of its own, and top-k has noise only for replay`() {
    func noises(_ recipe: DrawRecipe) -> [Double?] {
      recipe.plan(.documents(100)).groups.flatMap(\.arms).map { $0.noise?.noise(of: 5) }
    }
    func noise(_ seed: UInt64, _ purpose: SeededHash.Purpose) -> Double {
      GumbelNoise(seed: seed, purpose: purpose).noise(of: 5)
    }
    let recipe = Self.recipe {
      $0.replay = 0.1
      $0.draw.logisticShare = 0.5
      $0.seeds = [7, 8]
    }
    #expect(
      noises(recipe) == [
        noise(7, .replayNoise), noise(7, .noise), noise(7, .secondNoise),
        noise(8, .replayNoise), noise(8, .noise), noise(8, .secondNoise),
      ])
    var topK = recipe
    topK.draw.addsNoise = false
    #expect(noises(topK) == [noise(7, .replayNoise), nil, nil, noise(8, .replayNoise), nil, nil])
  }

  @Test func `Noise depends on the text, or on the place if copies are kept`() {
    let position = Position(shard: 3, place: 400)
    var recipe = Self.recipe()
    #expect(recipe.plan(.documents(1)).identity(textHash: 11, position: position) == 11)
    recipe.draw.keepsDuplicates = true
    #expect(
      recipe.plan(.documents(1)).identity(textHash: 11, position: position)
        == PositionHash.of(position))
  }
}
