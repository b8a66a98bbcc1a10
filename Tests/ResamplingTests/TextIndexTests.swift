import TestSupport
import Testing

@testable import Resampling

/// The index, against a dictionary.
@Suite struct TextIndexTests {
  /// - Parameter byteCount: texts with equal hashes but different lengths are different texts.
  private static func entry(_ hash: UInt64, byteCount: Int = 9) -> Candidate {
    Candidate(
      key: 0, textHash: hash, position: Position(shard: 0, place: 0), lineByteCount: 20,
      textByteCount: byteCount, tokenCount: 1)
  }

  /// Hashes in the form of ``Candidates``, and hashes with collisions.
  ///
  /// Collisions share slots, words of the filter or fingerprints.
  enum Hashes: CaseIterable {
    case random, few, sameHighBits, sameLowBits, consecutive

    func next(_ random: inout SplitMix64) -> UInt64 {
      let bits = random.next()
      return switch self {
      case .random: bits
      case .few: bits % 50
      case .sameHighBits: bits | 0xFFFF_FF00_0000_0000
      case .sameLowBits: bits << 40
      case .consecutive: bits % 4000
      }
    }
  }

  @Test(arguments: Hashes.allCases, [1, 2, 31, 32, 33, 1000, 5000])
  func `Each text is found at its place, and no other text is found`(
    hashes: Hashes, count: Int
  ) {
    var random = SplitMix64(state: UInt64(count))
    var index = TextIndex()
    // Repeatedly, because each round uses the memory of the round before.
    for round in [count, max(1, count / 3), count] {
      index.begin(capacity: round)
      var entries: [Candidate] = []
      var twin: [Candidate.TextKey: Int] = [:]
      for number in 0..<round {
        let entry = Self.entry(hashes.next(&random), byteCount: 9 + number % 2)
        if number % TextIndex.batchSize == 0 { index.warm(for: [entry].span) }
        let found = index.find(entry, in: entries.span, orInsert: entries.count)
        #expect(found == twin[entry.textKey])
        if found == nil {
          twin[entry.textKey] = entries.count
          entries.append(entry)
        }
      }
      #expect(entries.count == twin.count)
      for (place, entry) in entries.enumerated() {
        #expect(index.find(entry, in: entries.span) == place)
      }
      for _ in 0..<round {
        let entry = Self.entry(hashes.next(&random), byteCount: 9 + Int(random.next() % 3))
        #expect(index.find(entry, in: entries.span) == twin[entry.textKey])
      }
    }
  }

  @Test func `An index that begins again has no texts`() {
    var index = TextIndex()
    index.begin(capacity: 100)
    let entries = (0..<100).map { Self.entry($0 << 32) }
    for place in entries.indices {
      #expect(index.find(entries[place], in: entries.span, orInsert: place) == nil)
    }
    index.begin(capacity: 100)
    #expect(entries.allSatisfy { index.find($0, in: entries.span) == nil })
  }
}
