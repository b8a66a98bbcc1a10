import TestSupport
import Testing

@testable import Resampling

/// Draws of several groups, against a plain sort of all documents.
///
/// Copies of a text may have different keys.
@Suite struct JointDrawTests {
  /// A pool of documents in groups, with copies within and across groups whose keys differ.
  private struct Pool {
    var candidates: [(group: Int, candidate: Candidate)] = []

    init(seed: UInt64, groupCount: Int, count: Int, copyRate: Double, hasTies: Bool) {
      var random = SplitMix64(state: seed)
      var hashes: [UInt64] = []
      for place in 0..<count {
        let isCopy = !hashes.isEmpty && Double.random(in: 0..<1, using: &random) < copyRate
        let hash = isCopy ? hashes[Int(random.next() % UInt64(hashes.count))] : random.next()
        hashes.append(hash)
        var key = hasTies ? Double(random.next() % 25) : Double.random(in: -9...9, using: &random)
        // Some copies do have the key of their original.
        if isCopy, random.next() % 3 == 0 { key = Double(hash % 20) }
        candidates.append(
          (
            group: Int(random.next() % UInt64(groupCount)),
            candidate: Candidate(
              key: key, secondKey: Double(random.next() % 100), textHash: hash,
              position: Position(shard: place / 500, place: place % 500 * 100),
              lineByteCount: 60 + Int(random.next() % 30), textByteCount: 50,
              tokenCount: Int(hash % 40) + 1)
          ))
      }
    }
  }

  /// Gives each arm in turn the largest keys that have room, each text once.
  ///
  /// It uses no thresholds, buffers or heaps.
  private func naive(
    _ pool: Pool, _ budgets: [[Budget]], joinsCopies: Bool
  ) -> [[[Position]]] {
    var result: [[[Position]]] = budgets.map { _ in [] }
    var texts: Set<UInt64> = []
    var places: Set<Position> = []
    for arm in budgets[0].indices {
      let key = arm == 0 ? \Candidate.key : \Candidate.secondKey
      let order = pool.candidates.sorted { one, other in
        let (first, second) = (one.candidate, other.candidate)
        if first[keyPath: key] != second[keyPath: key] {
          return first[keyPath: key] > second[keyPath: key]
        }
        if first.textHash != second.textHash { return first.textHash > second.textHash }
        if one.group != other.group { return one.group < other.group }
        return first.position < second.position
      }
      var left = budgets.map { $0[arm].amount }
      var isClosed = budgets.map { _ in false }
      var drawn: [[Position]] = budgets.map { _ in [] }
      for (group, candidate) in order where !isClosed[group] {
        if joinsCopies ? texts.contains(candidate.textHash) : places.contains(candidate.position) {
          continue
        }
        let cost = budgets[group][arm].cost(of: candidate)
        guard cost <= left[group] else {
          isClosed[group] = true
          continue
        }
        left[group] -= cost
        texts.insert(candidate.textHash)
        places.insert(candidate.position)
        drawn[group].append(candidate.position)
      }
      for group in budgets.indices { result[group].append(drawn[group].sorted()) }
    }
    return result
  }

  private struct Draw {
    var selections: [[Selection]] = []
    var passes = 0
  }

  /// Repeats the draw with more slack for short groups until none is short, as a run does.
  private func draw(
    _ pool: Pool, _ budgets: [[Budget]], joinsCopies: Bool, order: [Int], slack: Int,
    isParted: Bool = true
  ) -> Draw {
    var result = Draw()
    var slacks = budgets.map { _ in slack }
    while true {
      result.passes += 1
      var groups = budgets.indices.map { group in
        var settings = CandidateGroup.Settings(joinsCopies: joinsCopies)
        settings.copiesMayDiffer = true
        settings.slack = slacks[group]
        guard isParted else { return CandidateGroup(chain: budgets[group], settings) }
        return CandidateGroup(
          parted: budgets[group][0], budgets[group].count > 1 ? budgets[group][1] : nil, settings)
      }
      for place in order {
        let (group, candidate) = pool.candidates[place]
        for arm in budgets[0].indices where arm == 0 || !isParted {
          let own = isParted || arm == 0 ? candidate : candidate.exchanged
          if groups[group].thresholds.admit(own, arm: arm) { groups[group].add(own, arm: arm) }
        }
      }
      var draw = JointDraw(
        groups, budgets: budgets, joinsCopies: joinsCopies, copiesMayDiffer: true)
      guard !draw.shortGroups.isEmpty else {
        result.selections = draw.takeSelections()
        return result
      }
      for group in draw.shortGroups { slacks[group] = max(16, slacks[group] * 4) }
    }
  }

  private static let shapes: [(groups: Int, arms: Int, unit: Budget)] = [
    (1, 1, .documents(0)), (1, 2, .documents(0)), (3, 1, .documents(0)), (4, 2, .documents(0)),
    (1, 1, .tokens(0)), (3, 2, .tokens(0)), (2, 1, .bytes(0)), (3, 2, .bytes(0)),
  ]

  @Test(arguments: shapes, 0..<3 as Range<UInt64>)
  func `The draw equals that of a plain sort, whatever the order of documents`(
    shape: (groups: Int, arms: Int, unit: Budget), seed: UInt64
  ) {
    var random = SplitMix64(state: seed)
    // More than the buffers' slack of 4096, so that they are compacted.
    let pool = Pool(
      seed: seed, groupCount: shape.groups, count: 10_000, copyRate: seed == 0 ? 0.9 : 0.3,
      hasTies: seed % 2 == 0)
    let unit = shape.unit == .documents(0) ? 1 : shape.unit == .tokens(0) ? 20 : 70
    for size in [3, 300, 20_000] {
      let budgets = (0..<shape.groups).map { _ in
        (0..<shape.arms).map { _ in
          shape.unit.with(amount: Int.random(in: 0...size, using: &random) * unit)
        }
      }
      let shuffled = pool.candidates.indices.shuffled(using: &random)
      for joinsCopies in [true, false] {
        let expected = naive(pool, budgets, joinsCopies: joinsCopies)
        for (order, slack) in [(Array(shuffled.indices), 0), (shuffled, 0), (shuffled, 40)] {
          for isParted in [true, false] {
            let found = draw(
              pool, budgets, joinsCopies: joinsCopies, order: order, slack: slack,
              isParted: isParted)
            let places = found.selections.map { $0.map { $0.documents.map(\.position) } }
            let isExpected = places == expected
            #expect(
              isExpected,
              "\(budgets), slack \(slack), parted \(isParted), joins \(joinsCopies)")
          }
        }
      }
    }
  }

  @Test func `A group whose texts are drawn elsewhere gets more to draw from`() {
    // The first group rates the second group's 9,000 best texts higher, so it draws them. The
    // second group has 20 worse ones of its own.
    var pool = Pool(seed: 1, groupCount: 1, count: 0, copyRate: 0, hasTies: false)
    for number in 0..<9_000 {
      for (group, key) in [(0, 100_000 - number), (1, 50_000 - number)] {
        pool.candidates.append((group, candidate(UInt64(number + 1), key, group, number)))
      }
    }
    for number in 0..<20 {
      pool.candidates.append((1, candidate(UInt64(20_000 + number), -number, 1, 9_000 + number)))
    }
    let budgets: [[Budget]] = [[.documents(9_000)], [.documents(15)]]
    let found = draw(
      pool, budgets, joinsCopies: true, order: Array(pool.candidates.indices), slack: 0)
    #expect(found.passes > 1)
    #expect(found.selections[0][0].documents.count == 9_000)
    let drawn = found.selections[1][0].documents.map(\.textHash)
    #expect(drawn == (20_000..<20_015).map { UInt64($0) })
  }

  @Test func `Copies with the drawn key are counted, also in other groups`() {
    let pool = [
      (0, candidate(7, 5, 0, 0)), (0, candidate(7, 5, 0, 1)), (1, candidate(7, 5, 1, 2)),
      (0, candidate(7, 4, 0, 3)), (1, candidate(9, 1, 1, 4)),
    ]
    for order in [pool, pool.reversed()] {
      var groups = (0..<2).map { _ in
        CandidateGroup(parted: .documents(3), nil, .init(joinsCopies: true))
      }
      for (group, candidate) in order { groups[group].add(candidate) }
      var draw = JointDraw(
        groups, budgets: [[.documents(3)], [.documents(3)]], joinsCopies: true,
        copiesMayDiffer: true)
      let selections = draw.takeSelections().map { $0[0].documents }
      #expect(selections[0].map(\.textHash) == [7] && selections[1].map(\.textHash) == [9])
      #expect(selections[0][0].position.place == 0)
      #expect(selections[0][0].copies == 2)
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `A larger draw contains the smaller, for any copies`(seed: UInt64) {
    let pool = Pool(
      seed: seed, groupCount: 4, count: 1_500, copyRate: 0.6, hasTies: seed % 2 == 0)
    var random = SplitMix64(state: seed)
    let shares = Apportionment(counts: (0..<4).map { _ in Int.random(in: 1...20, using: &random) })
    let unit = [Budget.documents(0), .tokens(0), .bytes(0)][Int(seed % 3)]
    var smaller: Set<UInt64> = []
    for total in [1, 2, 3, 10, 50, 51, 52, 200, 700, 2_000] {
      let amount = unit == .documents(0) ? total : total * 50
      let budgets = shares.amounts(of: amount).map { [unit.with(amount: $0)] }
      let found = draw(
        pool, budgets, joinsCopies: true, order: Array(pool.candidates.indices), slack: 10)
      let texts = Set(found.selections.joined().flatMap(\.documents).map(\.textHash))
      #expect(smaller.isSubset(of: texts), "at \(total)")
      smaller = texts
    }
  }

  private func candidate(_ hash: UInt64, _ key: Int, _ shard: Int, _ offset: Int) -> Candidate {
    Candidate(
      key: Double(key), secondKey: 0, textHash: hash,
      position: Position(shard: shard, place: offset), lineByteCount: 60, textByteCount: 50,
      tokenCount: 1)
  }
}
