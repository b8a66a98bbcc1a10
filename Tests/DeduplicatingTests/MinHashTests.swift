import TestSupport
import Testing

@testable import Deduplicating

@Suite struct MinHashTests {
  /// Values by hand: with 6 rows and 21 bands, 1 − (1 − 0.8⁶)²¹ = 0.9983. With 7 rows and 18 bands
  /// it would be 0.9856.
  @Test(arguments: [
    (0.1, 1, 128), (0.5, 3, 42), (0.7, 4, 32), (0.8, 6, 21), (0.9, 10, 12), (1, 16, 8),
  ])
  func `Bands are as long as 99 of 100 pairs allow`(similarity: Double, rows: Int, bands: Int) {
    let settings = MinHashBands(similarity: similarity)
    #expect(settings.rowCount == rows)
    #expect(settings.count == bands)
  }

  @Test func `The probability of a common band is that of the formula`() {
    let recall = MinHashBands.recall(0.8, rows: 6, bands: 21)
    #expect(abs(recall - 0.99832) < 0.00001)
  }

  @Test func `Equal sets have equal bands`() {
    let bands = MinHashBands(similarity: 0.8)
    let tokens = (0..<50).map { UInt32($0) }
    var (one, other): ([UInt32], [UInt32]) = ([], [])
    let hashes = ShingleSet.hashes(of: tokens.span)
    bands.append(bandsOf: hashes.span, to: &one)
    // Repeated or in another order: the set is the same.
    let repeated = hashes.reversed() + hashes
    bands.append(bandsOf: repeated.span, to: &other)
    #expect(one == other)
    #expect(one.count == bands.count)
  }

  /// Two sets of similarity 0.8 share a band in 99.83 of 100 cases, and two of similarity 0.5 in
  /// 1 − (1 − 0.5⁶)²¹ = 28.2. Of 2,000 pairs that is 1,996.6 ± 1.8 and 563.2 ± 20.1, so 1,985 and
  /// 463…663 are 6 and 5 standard deviations away.
  @Test(arguments: [(0.8, 1985...2000), (0.5, 463...663), (0, 0...2)], [9, 18, 90, 450])
  func `Pairs share a band as often as the formula says, whatever their size`(
    _ goal: (similarity: Double, found: ClosedRange<Int>), count: Int
  ) {
    let bands = MinHashBands(similarity: 0.8)
    var generator = SplitMix64(state: 11)
    var found = 0
    for _ in 0..<2000 {
      // Of n and n shingles c are common if c / (2 n − c) is the similarity.
      let common = Int((2 * Double(count) * goal.similarity / (1 + goal.similarity)).rounded())
      let shared = (0..<common).map { _ in generator.next() }
      let sets = (0..<2).map { _ in
        shared + (common..<count).map { _ in generator.next() }
      }
      var (one, other): ([UInt32], [UInt32]) = ([], [])
      let (first, second) = (sets[0], sets[1])
      bands.append(bandsOf: first.span, to: &one)
      bands.append(bandsOf: second.span, to: &other)
      if zip(one, other).contains(where: { $0 == $1 }) { found += 1 }
    }
    #expect(goal.found.contains(found), "\(found)")
  }
}
