import Choosing
import TestSupport
import Testing

/// The lazy choice against one that finds every value at every step.
@Suite struct LazyGreedyTests {
  private static let pseudocount = 0.1

  private struct Choice {
    var chosen: [Int]
    var evaluationCount: Int
  }

  private static func lazy(
    _ candidates: NaiveCandidates, quotas: [Int], set: [Int: Int] = [:],
    using random: inout SplitMix64
  ) -> Choice {
    var counts = [Double](repeating: 0, count: candidates.profile.rankCount)
    for (rank, count) in set { counts[rank] = Double(count) }
    var table = GainTable(candidates.profile, pseudocount: pseudocount, counts: counts)
    var greedy = LazyGreedy(candidates.records(using: &random), candidates.terms)
    let chosen = greedy.choose(quotas: quotas, adding: &table)
    return Choice(chosen: chosen, evaluationCount: greedy.evaluationCount)
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `The lazy choice takes the same documents in the same order`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let candidates = NaiveCandidates(count: 80, using: &random)
    let quota = Int.random(in: 0...90, using: &random)
    let lazy = Self.lazy(candidates, quotas: [quota], using: &random)
    #expect(lazy.chosen == candidates.choose(quotas: [quota], pseudocount: Self.pseudocount))
    #expect(lazy.chosen.count == min(quota, 80))
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `The lazy choice with costs, parts and quotas is the same`(seed: UInt64) {
    var random = SplitMix64(state: 100 + seed)
    let candidates = NaiveCandidates(count: 90, partCount: 3, costs: 0...30, using: &random)
    let quotas = (0..<3).map { _ in Int.random(in: 0...300, using: &random) }
    let lazy = Self.lazy(candidates, quotas: quotas, using: &random)
    #expect(lazy.chosen == candidates.choose(quotas: quotas, pseudocount: Self.pseudocount))
    for part in 0..<3 {
      let chosen = lazy.chosen.map { candidates.terms[$0] }.filter { $0.part == part }
      #expect(chosen.reduce(0) { $0 + $1.cost } <= quotas[part])
    }
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `The lazy choice beside documents chosen before is the same`(seed: UInt64) {
    var random = SplitMix64(state: 200 + seed)
    let candidates = NaiveCandidates(count: 60, using: &random)
    var set: [Int: Int] = [:]
    for rank in 0..<40 where Bool.random(using: &random) {
      set[rank] = Int.random(in: 1...50, using: &random)
    }
    #expect(
      Self.lazy(candidates, quotas: [20], set: set, using: &random).chosen
        == candidates.choose(quotas: [20], pseudocount: Self.pseudocount, set: set))
  }

  /// Costs are 1 or, in 6 of 7 documents, 1000. Once one of those is taken, the quota of 1040 has
  /// no room for another, so of 28 small documents not many are taken before 16 large ones in a
  /// row.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `A quota ends at the sixteenth document in a row that doesn't fit`(seed: UInt64) {
    var random = SplitMix64(state: 300 + seed)
    var candidates = NaiveCandidates(count: 200, using: &random)
    for number in candidates.documents.indices {
      candidates.documents[number].terms.cost =
        Int.random(in: 0..<7, using: &random) == 0 ? 1 : 1000
    }
    let lazy = Self.lazy(candidates, quotas: [1040], using: &random)
    #expect(lazy.chosen == candidates.choose(quotas: [1040], pseudocount: Self.pseudocount))
  }

  @Test func `Fifteen misses in a row leave a quota open, and sixteen end it`() {
    for (misses, count) in [(15, 2), (16, 1)] {
      var candidates = NaiveCandidates(TargetProfile(counts: [1], tokenCount: 1))
      for (number, cost) in ([1] + Array(repeating: 9, count: misses) + [1]).enumerated() {
        candidates.documents.append(
          NaiveCandidates.Document(
            features: [:],
            terms: CandidateTerms(
              factor: 1, offset: -Double(number), cost: cost, textHash: UInt64(number))))
      }
      var random = SplitMix64(state: 1)
      #expect(Self.lazy(candidates, quotas: [3], using: &random).chosen.count == count)
    }
  }

  @Test func `The larger text hash is the first of equal values`() {
    var candidates = NaiveCandidates(TargetProfile(counts: [3, 2], tokenCount: 4))
    for hash in [5, .max, 7, 0, 6] as [UInt64] {
      candidates.documents.append(
        NaiveCandidates.Document(
          features: [0: 1, 1: 2],
          terms: CandidateTerms(factor: 0.5, offset: -0.1, cost: 1, textHash: hash)))
    }
    var random = SplitMix64(state: 1)
    #expect(Self.lazy(candidates, quotas: [4], using: &random).chosen == [1, 2, 4, 0])
  }

  /// A naive choice of 100 of 2,000 documents finds some 195,000 values.
  @Test func `Most values aren't found again`() {
    var random = SplitMix64(state: 4)
    let candidates = NaiveCandidates(count: 2000, rankCount: 400, using: &random)
    let lazy = Self.lazy(candidates, quotas: [100], using: &random)
    #expect(lazy.chosen.count == 100)
    #expect(lazy.evaluationCount < 20_000)
  }

  /// Σ p ln(1 + C / a) is monotone and submodular, so that greedy reaches at least 1 − 1/e of the
  /// best value (Nemhauser, Wolsey and Fisher 1978).
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `Greedy reaches 1 - 1/e of the best set's value`(seed: UInt64) throws {
    var random = SplitMix64(state: 400 + seed)
    var candidates = NaiveCandidates(count: 12, rankCount: 30, using: &random)
    for number in candidates.documents.indices {
      candidates.documents[number].terms.factor = 1
      candidates.documents[number].terms.offset = 0
    }
    let size = Int.random(in: 2...5, using: &random)
    func value(_ numbers: [Int]) -> Double {
      var all = NaiveCandidates.Document(features: [:], terms: candidates.terms[0])
      for number in numbers {
        all.features.merge(candidates.documents[number].features) { $0 + $1 }
      }
      return candidates.gain(all, pseudocount: Self.pseudocount, [:])
    }
    let subsets = (0..<(1 << 12)).filter { $0.nonzeroBitCount == size }
    let best = try #require(
      subsets.map { bits in value((0..<12).filter { bits >> $0 & 1 == 1 }) }.max())
    let reached = value(Self.lazy(candidates, quotas: [size], using: &random).chosen)
    #expect(reached <= best * (1 + 1e-12))
    #expect(reached >= (1 - 1 / 2.718281828) * best)
    // These pools are easier than the worst case.
    #expect(reached >= 0.9 * best)
  }
}
