import Testing

@testable import Excluding

@Suite struct KeySieveTests {
  /// Keys that no sieve has seen, and those that it has, in turn.
  private static func blocks(_ keys: [UInt64]) -> [GramBlock] {
    keys.enumerated().map { GramBlock(key: $1, start: $0) }
  }

  /// Numbers that look like hashes.
  private static func keys(_ range: Range<Int>) -> [UInt64] {
    range.map { GramHash.key(UInt64($0) &* 0xD6E8_FEB8_6659_FD93, length: 7) }
  }

  @Test(arguments: [1, 1000, 1 << 20])
  func `All keys that were inserted pass, and few others`(count: Int) {
    var sieve = KeySieve(capacity: count)
    sieve.insert(Self.keys(0..<count))
    var known = Self.blocks(Self.keys(0..<count))
    var span = known.mutableSpan
    #expect(sieve.moveToFront(&span, count: count) == count)
    #expect(known.indices.allSatisfy { known[$0].start == $0 })

    // Of 8 bits per key, 1 − e^(−1/8) = 11.8 % are set at most; of 4, 22 %.
    var others = Self.blocks(Self.keys((1 << 21)..<(1 << 21) + 100_000))
    var otherSpan = others.mutableSpan
    let passed = sieve.moveToFront(&otherSpan, count: 100_000)
    #expect(passed < (count > 1 << 19 ? 23_000 : 12_500), "\(passed)")
    // Those that passed, in their order.
    let starts = others.prefix(passed).map(\.start)
    #expect(starts == starts.sorted())
  }

  @Test func `With too many keys, everything passes`() {
    let sieve = KeySieve(capacity: 1 << 24)
    var blocks = Self.blocks(Self.keys(0..<1000))
    var span = blocks.mutableSpan
    #expect(sieve.moveToFront(&span, count: 1000) == 1000)
  }
}
