import TestSupport
import Testing

@testable import Resampling

/// The draw for several targets, against a full sort for each.
@Suite struct ChainDrawTests {
  /// Counts below and beyond the buffer's slack of 4096, and more than the pool has.
  private static let counts = [
    [5], [0, 10], [100, 200, 50], [2_000, 0, 3_000], [5_000, 5_000], [1, .max],
  ]

  @Test(arguments: counts, 0..<2 as Range<UInt64>)
  func `Each target draws its largest keys among the remaining documents`(
    counts: [Int], seed: UInt64
  ) {
    for (hasTies, joinsCopies) in [(false, true), (true, true), (false, false), (true, false)] {
      let pools = Self.pools(targetCount: counts.count, seed: seed, hasTies: hasTies)
      let expected = Self.naiveDraw(pools, counts, joinsCopies: joinsCopies)
      var random = SplitMix64(state: seed)
      let order = pools[0].indices.shuffled(using: &random)
      for arrival in [Array(order.indices), order] {
        let budgets = counts.map { Budget.documents($0) }
        var candidates = CandidateGroup(
          chain: budgets, CandidateGroup.Settings(joinsCopies: joinsCopies))
        for place in arrival {
          for target in counts.indices { candidates.add(pools[target][place], arm: target) }
        }
        let selections = candidates.draw(budgets)
        #expect(selections.map { $0.documents.map(Drawn.init) } == expected)
        for (count, selection) in zip(counts, selections) {
          #expect(selection.shortfall == count - selection.documents.count)
          #expect(selection.isExhausted == (selection.documents.count < count))
          #expect(selection.thresholdKey == selection.documents.map(\.key).min())
        }
      }
    }
  }

  /// Budgets of tokens and bytes below and beyond the buffer's slack.
  ///
  /// Documents have 100 tokens and 275 bytes on average.
  private static let budgets: [[Budget]] = [
    [.tokens(300), .tokens(0), .tokens(9_000)], [.bytes(50_000), .bytes(200_000)],
    [.tokens(400_000), .tokens(150_000), .tokens(.max)], [.bytes(1_300_000), .bytes(1)],
  ]

  @Test(arguments: budgets, 0..<2 as Range<UInt64>)
  func `Budgets of tokens and bytes equal those of a full sort`(budgets: [Budget], seed: UInt64) {
    for (hasTies, joinsCopies) in [(false, true), (true, true), (false, false)] {
      let pools = Self.pools(targetCount: budgets.count, seed: seed, hasTies: hasTies)
      let expected = Self.naiveDraw(pools, budgets, joinsCopies: joinsCopies)
      var random = SplitMix64(state: seed)
      let order = pools[0].indices.shuffled(using: &random)
      var candidates = CandidateGroup(
        chain: budgets, CandidateGroup.Settings(joinsCopies: joinsCopies))
      for place in order {
        for target in budgets.indices
        where candidates.thresholds.admit(pools[target][place], arm: target) {
          candidates.add(pools[target][place], arm: target)
        }
      }
      let selections = candidates.draw(budgets)
      #expect(selections.map { $0.documents.map(Drawn.init) } == expected)
      for (budget, selection) in zip(budgets, selections) {
        let used = selection.documents.reduce(0) { $0 + budget.cost(of: $1) }
        #expect(selection.shortfall == budget.amount - used)
      }
    }
  }

  /// The same documents with different keys for each target; copies have the same key.
  private static func pools(targetCount: Int, seed: UInt64, hasTies: Bool) -> [[Candidate]] {
    let pool = Pool(seed: seed, hasTies: hasTies, count: 7_000).candidates
    return (0..<targetCount).map { target in
      pool.map { document in
        var random = SplitMix64(state: document.textHash &+ UInt64(target))
        let key = hasTies ? Double(random.next() % 40) : Double.random(in: -9...9, using: &random)
        return Candidate(
          key: key, textHash: document.textHash, position: document.position,
          lineByteCount: document.lineByteCount, textByteCount: document.textByteCount,
          tokenCount: document.tokenCount)
      }
    }
  }

  private static func naiveDraw(
    _ pools: [[Candidate]], _ counts: [Int], joinsCopies: Bool
  ) -> [[Drawn]] {
    naiveDraw(pools, counts.map { Budget.documents($0) }, joinsCopies: joinsCopies)
  }

  private static func naiveDraw(
    _ pools: [[Candidate]], _ budgets: [Budget], joinsCopies: Bool
  ) -> [[Drawn]] {
    var copies: [UInt64: [Position]] = [:]
    for document in pools[0] { copies[document.textHash, default: []].append(document.position) }
    var taken: Set<Position> = []
    return zip(pools, budgets).map { pool, budget in
      var left = pool.filter { document in
        let isFirst = copies[document.textHash]?.min() == document.position
        return !taken.contains(document.position) && (isFirst || !joinsCopies)
      }
      left.sort {
        if $0.key != $1.key { return $0.key > $1.key }
        return ($0.textHash, $1.position) > ($1.textHash, $0.position)
      }
      var room = budget.amount
      let fitting = left.prefix { document in
        switch budget {
        case .documents: room -= 1
        case .tokens: room -= document.tokenCount
        case .bytes: room -= document.lineByteCount + 1
        }
        return room >= 0
      }
      let drawn = fitting.sorted { $0.position < $1.position }
      taken.formUnion(drawn.map(\.position))
      return drawn.map { document in
        var drawn = Drawn(document)
        if joinsCopies { drawn.copies = UInt32((copies[document.textHash]?.count ?? 1) - 1) }
        return drawn
      }
    }
  }
}
