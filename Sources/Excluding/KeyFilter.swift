internal import Files
internal import Resampling

/// Finds keys that were certainly not inserted: a Bloom filter with 16 bits for each key.
///
/// About 1 % of other keys look as if they had been inserted.
struct KeyFilter: ~Copyable, Sendable {
  private var words: LargeTable<UInt64>
  private static let keysPerWord = 4

  /// - Parameter capacity: the number of keys to insert.
  init(capacity: Int) {
    words = LargeTable(count: capacity / Self.keysPerWord + 1)
  }

  mutating func insert(_ keys: [UInt64]) {
    var words = words.mutableSpan
    for key in keys {
      words[Self.word(key, of: words.count)] |= BloomFilter.mask(key)
    }
  }

  @inline(__always)
  func mayContain(_ key: UInt64) -> Bool {
    let words = words.span
    let mask = BloomFilter.mask(key)
    return words[Self.word(key, of: words.count)] & mask == mask
  }

  @inline(__always)
  private static func word(_ key: UInt64, of count: Int) -> Int {
    Int(key.multipliedFullWidth(by: UInt64(count)).high)
  }
}
