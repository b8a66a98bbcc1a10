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

  mutating func insert(_ key: UInt64) {
    let word = word(key)
    var words = words.mutableSpan
    words[word] |= BloomFilter.mask(key)
  }

  @inline(__always)
  func mayContain(_ key: UInt64) -> Bool {
    let mask = BloomFilter.mask(key)
    return words.span[word(key)] & mask == mask
  }

  @inline(__always)
  private func word(_ key: UInt64) -> Int {
    Int(key.multipliedFullWidth(by: UInt64(words.count)).high)
  }
}
