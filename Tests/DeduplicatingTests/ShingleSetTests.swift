import TestSupport
import Testing

@testable import Deduplicating

@Suite struct ShingleSetTests {
  private func set(_ tokens: [UInt32]) -> ShingleSet { ShingleSet(tokens.span) }

  @Test(arguments: [(0, 0), (1, 1), (4, 1), (5, 1), (6, 2), (100, 96)])
  func `A text of n tokens has n - 4 shingles, and at least one if it has tokens`(
    tokenCount: Int, shingleCount: Int
  ) {
    #expect(set((0..<UInt32(tokenCount)).map { $0 }).hashes.count == shingleCount)
  }

  @Test func `Equal shingles count once`() {
    // 1 2 3 1 2 3 1 2 3 has five runs of five tokens, which begin with 1, 2, 3, 1 and 2.
    #expect(set([1, 2, 3, 1, 2, 3, 1, 2, 3]).hashes.count == 3)
  }

  @Test func `Short texts are alike only if all of their tokens are`() {
    #expect(set([1, 2, 3]).similarity(to: set([1, 2, 3])) == 1)
    #expect(set([1, 2, 3]).similarity(to: set([1, 2])) == 0)
    #expect(set([1, 2, 3]).similarity(to: set([3, 2, 1])) == 0)
    #expect(set([0]).similarity(to: set([0, 0])) == 0)
    #expect(set([]).similarity(to: set([])) == 0)
  }

  @Test func `Another token in the middle changes five shingles`() {
    let one = (0..<100).map { UInt32($0) }
    var other = one
    other[50] = 1000
    // Of 96 shingles, 91 are common, and each text has five of its own.
    #expect(set(one).similarity(to: set(other)) == 91.0 / 101)
    #expect(set(other).similarity(to: set(one)) == 91.0 / 101)
  }

  @Test func `Similarity is that of sets of runs, by another way`() {
    var generator = SplitMix64(state: 7)
    for _ in 0..<300 {
      let alphabet: UInt32 = [2, 5, 1000].randomElement(using: &generator) ?? 2
      let texts = (0..<2).map { _ in
        (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
          UInt32.random(in: 0..<alphabet, using: &generator)
        }
      }
      var runs = texts.map { Self.runs($0) }
      // Some texts have common parts.
      if texts[0].count > 10, Bool.random(using: &generator) {
        let other = Array(texts[0].dropLast(3)) + texts[1].prefix(2)
        runs[1] = Self.runs(other)
        #expect(set(texts[0]).similarity(to: set(other)) == Self.similarity(runs[0], runs[1]))
      } else {
        #expect(set(texts[0]).similarity(to: set(texts[1])) == Self.similarity(runs[0], runs[1]))
      }
    }
  }

  private static func runs(_ tokens: [UInt32]) -> Set<[UInt32]> {
    guard tokens.count > 5 else { return tokens.isEmpty ? [] : [tokens] }
    return Set((0...(tokens.count - 5)).map { Array(tokens[$0..<($0 + 5)]) })
  }

  private static func similarity(_ one: Set<[UInt32]>, _ other: Set<[UInt32]>) -> Double {
    let all = one.union(other).count
    return all == 0 ? 0 : Double(one.intersection(other).count) / Double(all)
  }
}
