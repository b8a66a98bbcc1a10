import TestSupport
import Testing

@testable import Resampling

/// The sort by place in the pool, against a plain one.
@Suite struct PoolOrderTests {
  /// Numbers of shards, and bytes in each: few and many, with near and distant places.
  private static let spreads: [(shards: Int, bytes: Int)] = [
    (1, 200), (1, 1 << 20), (1, Candidate.maximumPlace), (3, 1 << 44),
    (Candidate.maximumShardCount, 70),
    (Candidate.maximumShardCount, Candidate.maximumPlace),
  ]

  @Test(arguments: [0, 1, 2, 4095, 4096, 5000, 70_000], spreads)
  func `Candidates are sorted in pool order`(count: Int, spread: (shards: Int, bytes: Int)) {
    var random = SplitMix64(state: UInt64(count))
    var candidates = (0..<count).map { number in
      Candidate(
        key: Double(number), textHash: random.next(),
        position: Position(
          shard: Int.random(in: 0..<spread.shards, using: &random),
          place: Int.random(in: 0..<min(spread.bytes, Candidate.maximumPlace), using: &random)),
        lineByteCount: 9, textByteCount: 5, tokenCount: 2)
    }
    let expected = candidates.map(\.position).sorted()
    let keys = candidates.map(\.key)
    Candidates.sortByPosition(&candidates)
    #expect(candidates.map(\.position).elementsEqual(expected))
    #expect(candidates.map(\.key).sorted().elementsEqual(keys))
  }

  @Test func `Sorted candidates stay, and reversed ones are turned`() {
    func candidates(_ offsets: some Sequence<Int>) -> [Candidate] {
      offsets.map {
        Candidate(
          key: 0, textHash: 0, position: Position(shard: 7, place: $0), lineByteCount: 9,
          textByteCount: 5, tokenCount: 2)
      }
    }
    let ordered = candidates(stride(from: 0, to: 9_000_000, by: 900))
    for arrival in [ordered, ordered.reversed()] {
      var sorted = arrival
      Candidates.sortByPosition(&sorted)
      #expect(sorted == ordered)
    }
    // All are at one place, so nothing distinguishes them.
    var same = candidates(repeatElement(5, count: 5000))
    Candidates.sortByPosition(&same)
    #expect(same.count == 5000)
  }
}
