import Files
import Resampling
import TestSupport
import Testing
import Weighting

@testable import Pipeline

/// Selectors against a plain sort of all documents.
@Suite struct SelectorTests {
  private struct Document {
    var candidate: Candidate
    var stratum: Int
  }

  /// Documents of different texts, with random keys, in three strata of 60 %, 30 % and 10 %.
  private static func documents(_ seed: UInt64, count: Int = 500) -> [Document] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { number in
      let share = Double.random(in: 0..<1, using: &random)
      return Document(
        candidate: Candidate(
          key: Double.random(in: -5..<5, using: &random), textHash: random.next(),
          position: Position(shard: number % 3, place: number), lineByteCount: 10,
          textByteCount: 5, tokenCount: 3),
        stratum: share < 0.6 ? 0 : share < 0.9 ? 1 : 2)
    }
  }

  private static func recipe(strata shares: [Int]? = nil) -> DrawRecipe {
    var recipe = DrawRecipe(draw: DrawSettings(), seeds: [0])
    if let shares {
      recipe.strata = Strata(
        names: shares.indices.map { ExactString("\($0)") }, shares: Apportionment(counts: shares))
    }
    return recipe
  }

  /// The choice from documents that arrive in random order.
  private static func choice(
    _ selector: any Selector, _ documents: [Document], order seed: UInt64
  ) throws -> Choice {
    var random = SplitMix64(state: seed)
    var kept = DrawBuffers(selector.plan)
    for document in documents.shuffled(using: &random) {
      for (number, group) in selector.plan.groups.enumerated()
      where group.stratum == nil || group.stratum == document.stratum {
        kept.add([.init(group: number, arm: 0, candidate: document.candidate)])
      }
    }
    return try selector.choose(from: kept, eligible: EligibleDocuments())
  }

  private static func positions(_ selection: Selection) -> [Position] {
    selection.documents.map(\.position)
  }

  /// A plain sort: the largest keys, in pool order.
  private static func largest(_ count: Int, of documents: [Document]) -> [Position] {
    documents.map(\.candidate).sorted { $0.key > $1.key }.prefix(count).map(\.position).sorted()
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Gumbel top-k chooses the largest keys, in any order of arrival`(seed: UInt64) throws {
    let documents = Self.documents(seed)
    let selector = Self.recipe().selector(.documents(40), fills: false)
    #expect(selector is GumbelTopK)
    for order in [11, 12] as [UInt64] {
      let choice = try Self.choice(selector, documents, order: order)
      #expect(choice.shortGroups.isEmpty)
      #expect(
        choice.selections.map { $0.map(Self.positions) } == [[Self.largest(40, of: documents)]])
    }
  }

  @Test(arguments: [4, 5, 6] as [UInt64])
  func `The other strata make up for short strata by their shares`(seed: UInt64) throws {
    let documents = Self.documents(seed)
    let sizes = (0..<3).map { stratum in documents.count { $0.stratum == stratum } }
    // The last stratum is to have one half, but has only some 50 documents. The other two share its
    // shortfall from 150 by 3 to 2.
    let selector = Self.recipe(strata: [3, 2, 5]).selector(.documents(300), fills: true)
    #expect(selector is FilledStrata)
    let choice = try Self.choice(selector, documents, order: seed)
    let counts = choice.selections.map { $0[0].documents.count }
    #expect(counts[2] == sizes[2])
    #expect(counts.reduce(0, +) == 300)
    // Shares of 3 to 2 in whole documents are at most half a document from exact.
    #expect(abs(Double(counts[0]) - 0.6 * Double(300 - sizes[2])) <= 1)
    for stratum in 0..<3 {
      let own = documents.filter { $0.stratum == stratum }
      #expect(
        Self.positions(choice.selections[stratum][0]) == Self.largest(counts[stratum], of: own))
    }
    #expect(choice.plan.groups.map { $0.arms[0].budget.amount } == counts)
  }

  @Test func `Filled strata give all documents to a larger draw, and report the rest`() throws {
    let documents = Self.documents(7, count: 100)
    let selector = Self.recipe(strata: [1, 1, 1]).selector(.documents(130), fills: true)
    let choice = try Self.choice(selector, documents, order: 1)
    #expect(choice.selections.reduce(0) { $0 + $1[0].documents.count } == 100)
    #expect(choice.selections.reduce(0) { $0 + $1[0].shortfall } == 30)
  }
}
