/// Remembers the buckets of n-grams, in memory of fixed size.
///
/// The key of an n-gram is its tokens' numbers, whole and side by side: see ``JoinedFeatureHasher``.
@safe struct GramCache: ~Copyable {
  /// Keys have so many bits; a bucket takes the rest of an entry.
  static let keyBits = 104
  /// Computed, since a stored UInt128 is checked for being initialised at each use.
  private static var keyMask: UInt128 { UInt128(_low: ~0, _high: (1 << 40) - 1) }
  private static let entriesPerLine = 4

  /// An entry is the key, and above it the bucket; 0 where there is none. Four are a cache line, and
  /// an n-gram is among the four that its hash says.
  private let entries: CacheLines<UInt128>

  /// - Parameter capacity: how many n-grams are remembered; a power of two.
  init(capacity: Int) {
    entries = CacheLines(capacity: capacity)
  }

  mutating func removeAll() { entries.removeAll() }

  /// Has what is remembered of an n-gram fetched, for a look-up soon.
  @inline(__always) func prefetch(_ key: UInt128) { entries.prefetch(Self.hash(key)) }

  /// What is remembered of an n-gram; nil for nothing.
  @inline(__always)
  mutating func bucket(of key: UInt128) -> UInt32? {
    // SAFETY: `line(of:)` gives the start of a line of four entries.
    let line = unsafe entries.line(of: Self.hash(key))
    let first = unsafe line[0]
    if first & Self.keyMask == key { return Self.bucket(first) }
    for index in 1..<Self.entriesPerLine {
      let entry = unsafe line[index]
      if entry & Self.keyMask == key {
        // One place forward, so that what comes once can't push out what comes often.
        unsafe line[index] = line[index - 1]
        unsafe line[index - 1] = entry
        return Self.bucket(entry)
      }
    }
    return nil
  }

  /// Remembers an n-gram that isn't here, in place of the last of its line if that is full.
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

  /// Where to look. Chance collisions cost time only.
  @inline(__always) private static func hash(_ key: UInt128) -> UInt64 {
    let low = UInt64(truncatingIfNeeded: key)
    let high = UInt64(truncatingIfNeeded: key &>> 64)
    let product = (low ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: high ^ 0xD1B5_4A32_D192_ED03)
    return product.high ^ product.low
  }
}
