import TestSupport

@testable import Resampling

/// Random candidates, a fifth of them copies of others, in pool order.
struct Pool {
  struct Draw: Equatable {
    var documents: [Drawn]
    var thresholdKey: Double?
    var shortfall: Int
    var isExhausted: Bool
  }

  private(set) var candidates: [Candidate] = []

  /// - Parameter hasTies: whether many texts share a few keys.
  init(seed: UInt64, hasTies: Bool, count: Int = 12_000) {
    var random = SplitMix64(state: seed)
    let texts = (0..<count * 4 / 5).map { _ in
      (
        key: hasTies
          ? Double(Int.random(in: 0..<40, using: &random))
          : Double.random(in: -9...9, using: &random),
        hash: random.next(), tokens: Int.random(in: 1...200, using: &random),
        bytes: Int.random(in: 50...500, using: &random)
      )
    }
    var numbers = Array(texts.indices)
    while numbers.count < count { numbers.append(Int.random(in: texts.indices, using: &random)) }
    numbers.shuffle(using: &random)
    for (place, number) in numbers.enumerated() {
      let text = texts[number]
      candidates.append(
        Candidate(
          key: text.key, secondKey: Double(text.hash % (hasTies ? 30 : 1 << 40)),
          textHash: text.hash,
          position: Position(shard: place / 5_000, place: place % 5_000 * 1_000),
          lineByteCount: text.bytes, textByteCount: text.bytes - 20, tokenCount: text.tokens))
    }
  }

  func naiveDraw(_ budget: Budget, joinsCopies: Bool) -> Draw {
    var eligible = candidates.map(Entry.init)
    if joinsCopies {
      eligible = Dictionary(grouping: eligible, by: \.candidate.textHash).values.compactMap {
        copies in
        var first = copies.min { $0.candidate.position < $1.candidate.position }
        first?.copies = UInt32(copies.count - 1)
        return first
      }
    }
    eligible.sort {
      let (one, other) = ($0.candidate, $1.candidate)
      if one.key != other.key { return one.key > other.key }
      if one.textHash != other.textHash { return one.textHash > other.textHash }
      return one.position < other.position
    }
    var left = budget.amount
    let drawn = eligible.prefix { entry in
      let cost =
        switch budget {
        case .documents: 1
        case .tokens: entry.candidate.tokenCount
        case .bytes: entry.candidate.lineByteCount + 1
        }
      guard cost <= left else { return false }
      left -= cost
      return true
    }
    let documents = drawn.sorted { $0.candidate.position < $1.candidate.position }
    return Draw(
      documents: documents.map { entry in
        var drawn = Drawn(entry.candidate)
        drawn.copies = entry.copies
        return drawn
      },
      thresholdKey: drawn.last?.candidate.key, shortfall: left,
      isExhausted: drawn.count == eligible.count && left > 0)
  }

  private struct Entry {
    var candidate: Candidate
    var copies: UInt32 = 0

    init(_ candidate: Candidate) { self.candidate = candidate }
  }
}
