import TestSupport
import Testing

@testable import Resampling

/// The draw in two parts, against two plain sorts.
@Suite struct PartedDrawTests {
  private static let budgets: [Budget] = [
    .documents(1), .documents(24), .documents(25), .documents(3_000), .documents(9_000),
    .documents(50_000), .tokens(5_000), .tokens(400_000), .bytes(900_000),
  ]

  @Test(arguments: budgets, [0, 0.04, 0.5, 1])
  func `Each part equals a plain sort of the remaining documents`(budget: Budget, share: Double) {
    for (seed, hasTies) in [(1, false), (2, true)] as [(UInt64, Bool)] {
      let pool = Pool(seed: seed, hasTies: hasTies)
      for joinsCopies in [true, false] {
        let expected = naiveDraw(pool, budget, share, joinsCopies)
        var random = SplitMix64(state: seed)
        for arrival in [pool.candidates, pool.candidates.shuffled(using: &random)] {
          let found = draw(arrival, budget, share, joinsCopies)
          #expect(found.documents.map(Drawn.init) == expected.documents)
          #expect(found.secondCount == expected.secondCount)
          #expect(found.isExhausted == expected.isExhausted)
        }
      }
    }
  }

  @Test(arguments: [0.04, 0.3])
  func `A larger draw contains the smaller`(share: Double) {
    let pool = Pool(seed: 7, hasTies: true)
    var smaller: Set<Position> = []
    for count in [1, 2, 24, 25, 26, 100, 101, 4_000, 8_000] {
      let larger = draw(pool.candidates, .documents(count), share, true).documents
      #expect(larger.count == count)
      #expect(smaller.isSubset(of: larger.map(\.position)))
      smaller = Set(larger.map(\.position))
    }
  }

  private static let keptBudgets: [Budget] = [
    .documents(60), .documents(700), .documents(9_000), .tokens(40_000), .bytes(900_000),
  ]

  @Test(arguments: [0, 0.04, 0.3, 1], keptBudgets)
  func `The kept documents of parts, merged in any grouping, are those of the whole`(
    share: Double, budget: Budget
  ) {
    for seed in 0..<3 as Range<UInt64> {
      let pool = Pool(seed: seed, hasTies: seed == 1)
      let whole = kept(pool.candidates, budget, share)
      if case .documents(let count) = budget { #expect(whole.count <= count) }
      var random = SplitMix64(state: seed)
      // Some parts get no documents, and some get all copies of a text.
      var parts = [[Candidate]](repeating: [], count: 9)
      for candidate in pool.candidates {
        parts[Int(min(random.next() % 8, random.next() % 8))].append(candidate)
      }
      parts = parts.map { kept($0, budget, share) }
      while parts.count > 1 {
        parts.shuffle(using: &random)
        let size = Int.random(in: 2...min(4, parts.count), using: &random)
        let merged = kept(Array(parts.prefix(size).joined()), budget, share)
        parts = [merged] + parts.dropFirst(size)
      }
      let found = parts[0].sorted { $0.position < $1.position }
      #expect(found == whole.sorted { $0.position < $1.position })
      // Any smaller draw equals that from all documents.
      let amount = budget.amount
      for smaller in [1, 24, 25, 1_000, amount / 2, amount - 1, amount] where smaller <= amount {
        let wanted = budget.with(amount: smaller)
        let expected = draw(pool.candidates, wanted, share, true)
        let drawn = draw(found, wanted, share, true)
        #expect(drawn.documents == expected.documents)
        #expect(drawn.parts.map(\.documents) == expected.parts.map(\.documents))
      }
    }
  }

  private func kept(_ pool: [Candidate], _ budget: Budget, _ share: Double) -> [Candidate] {
    let budgets = budget.parted(secondShare: share)
    var candidates = CandidateGroup(
      parted: budgets.first, budgets.second, CandidateGroup.Settings(joinsCopies: true))
    for candidate in pool { candidates.add(candidate) }
    return candidates.kept()
  }

  private struct Draw {
    var parts: [Selection]

    var documents: [Candidate] {
      parts.flatMap(\.documents).sorted { $0.position < $1.position }
    }
    var secondCount: Int { parts.count > 1 ? parts[1].documents.count : 0 }
    var isExhausted: Bool { parts.contains(where: \.isExhausted) }
  }

  private func draw(
    _ arrival: [Candidate], _ budget: Budget, _ share: Double, _ joinsCopies: Bool
  ) -> Draw {
    let budgets = budget.parted(secondShare: share)
    var settings = CandidateGroup.Settings(joinsCopies: joinsCopies)
    settings.expectedCount = arrival.count
    var candidates = CandidateGroup(parted: budgets.first, budgets.second, settings)
    for candidate in arrival where candidates.thresholds.admit(candidate, arm: 0) {
      candidates.add(candidate)
    }
    return Draw(
      parts: candidates.draw([budgets.first] + (budgets.second.map { [$0] } ?? [])))
  }

  private struct Expected {
    var documents: [Drawn] = []
    var secondCount = 0
    var isExhausted = false
  }

  private func naiveDraw(
    _ pool: Pool, _ budget: Budget, _ share: Double, _ joinsCopies: Bool
  ) -> Expected {
    var left = pool.candidates
    if joinsCopies {
      left = Dictionary(grouping: left, by: \.textHash).values.map { copies in
        copies.dropFirst().reduce(into: copies[0]) { $0.absorb($1) }
      }
    }
    let second = Int((Double(budget.amount) * share).rounded(.down))
    var drawn: [Candidate] = []
    var expected = Expected()
    var room = 0
    for (amount, key) in [(budget.amount - second, \Candidate.key), (second, \.secondKey)] {
      left.sort {
        if $0[keyPath: key] != $1[keyPath: key] { return $0[keyPath: key] > $1[keyPath: key] }
        if $0.textHash != $1.textHash { return $0.textHash > $1.textHash }
        return $0.position < $1.position
      }
      room = amount
      var taken = 0
      while taken < left.count, cost(of: left[taken], budget) <= room {
        room -= cost(of: left[taken], budget)
        taken += 1
      }
      drawn += left[..<taken]
      expected.secondCount = taken
      left.removeSubrange(..<taken)
      if left.isEmpty, room > 0 { expected.isExhausted = true }
    }
    if share == 0 { expected.secondCount = 0 }
    expected.documents = drawn.sorted { $0.position < $1.position }.map(Drawn.init)
    return expected
  }

  private func cost(of candidate: Candidate, _ budget: Budget) -> Int {
    switch budget {
    case .documents: 1
    case .tokens: candidate.tokenCount
    case .bytes: candidate.lineByteCount + 1
    }
  }
}
