import Reading
import Resampling
import Testing

@testable import Pipeline

@Suite struct ShuffleOrderTests {
  private static func document(_ number: Int, shard: Int = 0, offset: Int = 0) -> Candidate {
    Candidate(
      key: 0, textHash: TextHash.of(Array("document \(number)".utf8).span),
      position: Position(shard: shard, place: offset), lineByteCount: 10, textByteCount: 1,
      tokenCount: 1)
  }

  /// The tolerance for 8 documents at 8 places over n = 4,000 seeds.
  ///
  /// Each count is binomial with p = 1/8: 500 on average, with a standard deviation of √(n p (1 −
  /// p)) = 20.9. If orders are random, the probability that any of the 64 counts is off by more
  /// than 5 of those, 104.6, is under 64 × 5.8e-7 = 4e-5.
  @Test func `Each document is at each place equally often`() {
    let documents = (0..<8).map { Self.document($0) }
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 8), count: 8)
    for seed in 0..<4000 as Range<UInt64> {
      let order = ShuffleOrder(seed: seed, keepsDuplicates: false)
      let sorted = (0..<8).sorted { order(documents[$0]) < order(documents[$1]) }
      for (place, document) in sorted.enumerated() { counts[document][place] += 1 }
    }
    for count in counts.joined() { #expect(abs(count - 500) <= 104) }
  }

  @Test func `A document's number is its text's, unless copies are kept`() {
    let (one, other) = (Self.document(1), Self.document(1, shard: 2, offset: 9))
    let drops = ShuffleOrder(seed: 3, keepsDuplicates: false)
    #expect(drops(one) == drops(other))
    let keeps = ShuffleOrder(seed: 3, keepsDuplicates: true)
    #expect(keeps(one) != keeps(other))
  }
}
