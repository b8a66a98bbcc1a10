import TestSupport
import Testing

@testable import Resampling

/// The draw, against a plain sort.
@Suite struct CandidatesTests {
  private static let budgets: [Budget] = [
    .documents(1), .documents(10), .documents(3_000), .documents(9_000), .documents(50_000),
    .tokens(0), .tokens(5_000), .tokens(400_000), .bytes(20_000), .bytes(900_000), .bytes(1 << 40),
  ]

  @Test(arguments: budgets, 0..<3 as Range<UInt64>)
  func `The draw equals that of a plain sort`(budget: Budget, seed: UInt64) {
    // More than the buffer's slack of 4096, so that it is compacted repeatedly.
    for pool in [Pool(seed: seed, hasTies: false), Pool(seed: seed, hasTies: true)] {
      for joinsCopies in [true, false] {
        let expected = pool.naiveDraw(budget, joinsCopies: joinsCopies)
        var random = SplitMix64(state: seed)
        let shuffled = pool.candidates.shuffled(using: &random)
        for arrival in [pool.candidates, pool.candidates.reversed(), shuffled] {
          let found = draw(arrival, budget, joinsCopies: joinsCopies)
          #expect(found.documents.map(Drawn.init) == expected.documents)
          #expect(found.thresholdKey == expected.thresholdKey)
          #expect(found.shortfall == expected.shortfall)
          #expect(found.isExhausted == expected.isExhausted)
        }
      }
    }
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func `A larger draw contains the smaller`(seed: UInt64) {
    let pool = Pool(seed: seed, hasTies: true)
    var smaller: Set<Position> = []
    for count in [1, 2, 100, 4_000, 8_000] {
      let larger = draw(pool.candidates, .documents(count), joinsCopies: true).documents
      #expect(larger.count == count)
      #expect(smaller.isSubset(of: larger.map(\.position)))
      smaller = Set(larger.map(\.position))
    }
  }

  @Test(arguments: [true, false])
  func `A budget of bytes draws the same when long copies come first`(
    longCopiesComeFirst: Bool
  ) {
    // Each text occurs twice: first in the pool with a short line, and later with a line four times
    // as long.
    let texts = (0..<6_000).map { number in (key: -Double(number), hash: UInt64(number) << 50) }
    func copies(lineByteCount: Int, firstOffset: Int) -> [Candidate] {
      texts.enumerated().map { number, text in
        Candidate(
          key: text.key, textHash: text.hash,
          position: Position(shard: 0, place: firstOffset + 1_000 * number),
          lineByteCount: lineByteCount, textByteCount: 90, tokenCount: number)
      }
    }
    let short = copies(lineByteCount: 99, firstOffset: 0)
    let long = copies(lineByteCount: 399, firstOffset: 10_000_000)
    let arrival = longCopiesComeFirst ? long + short : short + long
    let found = draw(arrival, .bytes(100_000), joinsCopies: true)
    #expect(found.documents.map(\.position) == short.prefix(1_000).map(\.position))
  }

  @Test func `Nothing is drawn from an empty pool`() {
    let found = draw([], .documents(3), joinsCopies: true)
    #expect(found.documents.isEmpty && found.thresholdKey == nil)
    #expect(found.shortfall == 3 && found.isExhausted)
  }

  private func draw(
    _ arrival: [Candidate], _ budget: Budget, joinsCopies: Bool
  ) -> Selection {
    var candidates = Candidates(
      budget: budget, joinsCopies: joinsCopies, expectedCount: arrival.count)
    for candidate in arrival { candidates.add(candidate) }
    return candidates.draw()
  }
}

/// A drawn document, and the number of copies that it represents.
struct Drawn: Equatable {
  var position: Position
  var copies: UInt32

  init(_ candidate: Candidate) {
    position = candidate.position
    copies = candidate.copies
  }
}
