import TestSupport
import Testing

@testable import Judging

/// The vocabulary against a dictionary.
@Suite struct VocabularyTests {
  /// Different words often have the same hash: then only their bytes tell them apart.
  private func hash(_ word: [UInt8]) -> UInt64 {
    UInt64(word.first ?? 0) << 40 | UInt64(word.count & 1)
  }

  private func words(_ random: inout SplitMix64, count: Int) -> [[UInt8]] {
    (0..<count).map { _ in
      (0..<Int.random(in: 1...4, using: &random)).map { _ in .random(in: 97...104, using: &random) }
    }
  }

  private func number(of word: [UInt8], in vocabulary: inout Vocabulary) -> UInt32 {
    vocabulary.number(of: word.span, hash: hash(word))
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `Words get the numbers of their first occurrence`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var vocabulary = Vocabulary()
    var known: [[UInt8]: UInt32] = [:]
    for word in words(&random, count: 6_000) {
      let expected = known[word] ?? UInt32(known.count)
      known[word] = expected
      #expect(number(of: word, in: &vocabulary) == expected)
    }
    #expect(vocabulary.count == known.count)
    for (word, number) in known {
      let found = vocabulary.word(number)
      #expect(found.indices.map { found[$0] } == word)
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `A merged vocabulary has the words of both`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var (one, other) = (Vocabulary(), Vocabulary())
    let (ofOne, ofOther) = (words(&random, count: 500), words(&random, count: 500))
    let before = ofOne.map { number(of: $0, in: &one) }
    let others = ofOther.map { number(of: $0, in: &other) }
    let numbers = one.merge(other)
    #expect(numbers.count == other.count)
    #expect(ofOne.map { number(of: $0, in: &one) } == before)
    #expect(others.map { numbers[Int($0)] } == ofOther.map { number(of: $0, in: &one) })
    #expect(one.count == Set(ofOne + ofOther).count)
  }
}
