/// Remembers the buckets of n-grams, in memory of fixed size.
///
/// The key of an n-gram holds the complete numbers of its tokens, side by side: see
/// ``JoinedFeatureHasher``.
@safe struct GramCache: ~Copyable {
  /// The number of bits of a key.
  ///
  /// The bucket takes the rest of an entry.
  static let keyBits = 104
  /// Computed, because a stored UInt128 is checked for initialisation at each use.
  private static var keyMask: UInt128 { UInt128(_low: ~0, _high: (1 << 40) - 1) }
  private static let entriesPerLine = 4

  /// An entry holds the key, and above it the bucket; 0 is an empty entry.
  ///
  /// Four entries fill a cache line. The hash of an n-gram selects its line.
  private let entries: CacheLines<UInt128>

  /// - Parameter capacity: the number of n-grams that are remembered, a power of two.
  init(capacity: Int) {
    entries = CacheLines(capacity: capacity)
  }

  mutating func removeAll() { entries.removeAll() }

  /// Asks the processor to fetch the entry of an n-gram, for a look-up soon.
  @inline(__always) func prefetch(_ key: UInt128) { entries.prefetch(Self.hash(key)) }

  /// The bucket of an n-gram, or nil if it isn't remembered.
  @inline(__always)
  mutating func bucket(of key: UInt128) -> UInt32? {
    // SAFETY: `line(of:)` returns the start of a line of four entries.
    let line = unsafe entries.line(of: Self.hash(key))
    let first = unsafe line[0]
    if first & Self.keyMask == key { return Self.bucket(first) }
    for index in 1..<Self.entriesPerLine {
      let entry = unsafe line[index]
      if entry & Self.keyMask == key {
        // Moves one place forward, so that a rare n-gram can't push out a frequent one.
        unsafe line[index] = line[index - 1]
        unsafe line[index - 1] = entry
        return Self.bucket(entry)
      }
    }
    return nil
  }

  /// Remembers an n-gram that isn't here.
  ///
  /// If its line is full, it replaces the last entry.
  ///
  /// - Precondition: `bucket` is below 2²⁴.
  mutating func insert(_ key: UInt128, bucket: UInt32) {
    // SAFETY: as in `bucket(of:)`.
    let line = unsafe entries.line(of: Self.hash(key))
    var place = Self.entriesPerLine - 1
    while place > 0, unsafe line[place - 1] == 0 { place -= 1 }
    unsafe line[place] = key | UInt128(bucket) << Self.keyBits
  }

  @inline(__always) private static func bucket(_ entry: UInt128) -> UInt32 {
    UInt32(truncatingIfNeeded: entry &>> UInt128(keyBits))
  }

  /// The place to look.
  ///
  /// Chance collisions only cost time.
  @inline(__always) private static func hash(_ key: UInt128) -> UInt64 {
    let low = UInt64(truncatingIfNeeded: key)
    let high = UInt64(truncatingIfNeeded: key &>> 64)
    let product = (low ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: high ^ 0xD1B5_4A32_D192_ED03)
    return product.high ^ product.low
  }
}
