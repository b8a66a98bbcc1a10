import TestSupport
import Testing

@testable import Judging

@Suite struct WordSequencesTests {
  /// Documents whose words are their own number, as often as given.
  private func sequences(_ counts: [Int]) -> WordSequences {
    var sequences = WordSequences()
    for (number, count) in counts.enumerated() {
      sequences.beginDocument(identity: UInt64(number), byteCount: 10)
      for _ in 0..<count { sequences.add(UInt32(number)) }
    }
    return sequences
  }

  private func words(_ sequences: WordSequences, _ document: WordSequences.Document) -> [UInt32] {
    let words = sequences.words(of: document)
    return words.indices.map { words[$0] }
  }

  @Test(arguments: [(0, []), (1, [3]), (4, [3]), (5, [3, 2]), (7, [3, 2]), (8, [3, 2, 1, 0])])
  func `A limit is reached by the last document only`(limit: Int, expected: [UInt64]) {
    // The order is 3, 2, 1, 0, and document 1 is empty.
    let ordered = sequences([2, 0, 3, 4]).ordered(by: { 10 - $0 }, limit: limit)
    #expect(ordered.map(\.identity) == expected)
  }

  @Test func `Without a limit all documents are in order`() {
    let ordered = sequences([1, 1, 1]).ordered(by: { $0 ^ 1 }, limit: nil)
    #expect(ordered.map(\.identity) == [1, 0, 2])
  }

  @Test func `Appended documents follow with their new words`() {
    var one = sequences([2, 1])
    one.append(sequences([0, 3]), renumbered: [7, 9])
    #expect(one.documents.map { words(one, $0) } == [[0, 0], [1], [], [9, 9, 9]])
    #expect(one.wordCount == 6 && one.byteCount == 40)
  }
}
