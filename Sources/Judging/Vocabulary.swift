/// The distinct words of some texts, numbered from 0.
///
/// The bytes of a word are its key, so no two words can be confused.
package struct Vocabulary: Sendable {
  /// The bytes of all words, one after the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Open addressing: the upper half of a word's hash, and its number plus one; 0 is empty.
  private var slots: [UInt64] = Array(repeating: 0, count: 1 << 10)

  package init() {}

  package var count: Int { ends.count }

  /// The number of a word, which is a new one if the word isn't there.
  ///
  /// - Parameter hash: a hash of the word's bytes, the same in all calls.
  /// - Complexity: O(*n*) on average, where *n* is the length of the word.
  package mutating func number(of word: Span<UInt8>, hash: UInt64) -> UInt32 {
    let (slot, known) = search(word, hash)
    if let known { return known }
    let number = UInt32(ends.count)
    precondition(number < UInt32.max - 1, "too many words")
    for place in word.indices { bytes.append(word[place]) }
    ends.append(bytes.count)
    hashes.append(hash)
    slots[slot] = (hash & ~0xFFFF_FFFF) | UInt64(number + 1)
    if ends.count > slots.count / 8 * 5 { grow() }
    return number
  }

  /// The number of a word; nil if the word isn't there.
  ///
  /// - Parameter hash: as for ``number(of:hash:)``.
  package func find(_ word: Span<UInt8>, hash: UInt64) -> UInt32? { search(word, hash).number }

  /// The slot of a word, and its number; or the empty slot where it would be, and nil.
  @inline(__always)
  private func search(_ word: Span<UInt8>, _ hash: UInt64) -> (slot: Int, number: UInt32?) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32 {
        let number = UInt32(truncatingIfNeeded: slots[slot]) - 1
        if hashes[Int(number)] == hash, isWord(number, word) { return (slot, number) }
      }
      slot = (slot + 1) & mask
    }
    return (slot, nil)
  }

  /// The hash that a word came with.
  package func hash(of number: UInt32) -> UInt64 { hashes[Int(number)] }

  /// The UTF-8 of a word.
  @_lifetime(borrow self)
  package func word(_ number: UInt32) -> Span<UInt8> {
    bytes.span.extracting(range(of: number))
  }

  /// The numbers here of the words of another vocabulary, in their order; new words are added.
  package mutating func merge(_ other: Vocabulary) -> [UInt32] {
    (0..<other.count).map {
      number(of: other.word(UInt32($0)), hash: other.hashes[$0])
    }
  }

  private func range(of number: UInt32) -> Range<Int> {
    (number == 0 ? 0 : ends[Int(number) - 1])..<ends[Int(number)]
  }

  private func isWord(_ number: UInt32, _ word: Span<UInt8>) -> Bool {
    let range = range(of: number)
    guard range.count == word.count else { return false }
    for place in word.indices where bytes[range.lowerBound + place] != word[place] { return false }
    return true
  }

  private mutating func grow() {
    let count = slots.count * 2
    slots = Array(repeating: 0, count: count)
    for (number, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
      slots[slot] = (hash & ~0xFFFF_FFFF) | UInt64(number + 1)
    }
  }
}
