/// Numbers tokens and remembers their buckets, in memory of fixed size.
///
/// A token's bytes are its key, so no two tokens can be taken for each other. Tokens of more than
/// ``longestToken`` bytes have no place here. A number is never given twice: a token that
/// was pushed out and comes back gets a new one.
@safe struct TokenCache: ~Copyable {
  static let longestToken = 24

  /// A token of up to ``longestToken`` bytes, padded with zeros.
  struct Key {
    fileprivate let first: UInt64
    fileprivate let second: UInt64
    fileprivate let third: UInt64
    fileprivate let length: UInt64

    /// - Precondition: `length` is 1 to ``longestToken``, and ``longestToken`` bytes can be read.
    @inline(__always) @unsafe
    init(_ bytes: UnsafePointer<UInt8>, length: Int) {
      // SAFETY: 24 bytes, as the precondition has it.
      let start = unsafe UnsafeRawPointer(bytes)
      let words = unsafe (
        UInt64(littleEndian: start.loadUnaligned(as: UInt64.self)),
        UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
      )
      // The smart shift gives 0 for a shift by 64 or more.
      first = words.0 & (~0 >> UInt64(max(0, 64 - 8 * length)))
      second = words.1 & (~0 >> UInt64(max(0, 128 - 8 * length)))
      third = words.2 & (~0 >> UInt64(192 - 8 * length))
      self.length = UInt64(length)
    }

    /// Where to look. Chance collisions cost time only.
    @inline(__always) var hash: UInt64 {
      let one = (first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
        by: (second &+ length) ^ 0xD1B5_4A32_D192_ED03)
      let other = ((one.low ^ third) ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(
        by: one.high ^ 0xE703_7ED1_A0B4_28DB)
      return other.high ^ other.low
    }
  }

  /// 32 bytes; all zero where there is none. (Not private: that makes Swift 6.3.1 crash.)
  struct Entry {
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    /// The number (bits 0–30), the bucket (32–55) and the token's length (59–63).
    var rest: UInt64 = 0

    @inline(__always) func holds(_ key: Key) -> Bool {
      (first ^ key.first) | (second ^ key.second) | (third ^ key.third)
        | ((rest &>> 59) ^ key.length) == 0
    }

    @inline(__always) var value: Value {
      Value(
        number: UInt32(truncatingIfNeeded: rest & 0x7FFF_FFFF),
        bucket: UInt32(truncatingIfNeeded: rest &>> 32 & 0xFF_FFFF))
    }
  }

  struct Value {
    /// 1 or more.
    let number: UInt32
    let bucket: UInt32
  }

  /// Pairs of entries, each a cache line: a token is in one of the two that its hash says.
  private let entries: CacheLines<Entry>
  private var lastNumber: UInt32 = 0
  private let numberLimit: UInt32

  /// - Parameters:
  ///   - capacity: how many tokens are remembered; a power of two.
  ///   - numberLimit: the largest number that may be given.
  init(capacity: Int, numberLimit: UInt32) {
    precondition(numberLimit < 1 << 31)
    entries = CacheLines(capacity: capacity)
    self.numberLimit = numberLimit
  }

  /// How many more tokens can get a number before ``removeAll()`` must make room.
  var unusedNumberCount: Int { Int(numberLimit - lastNumber) }

  /// Forgets all tokens: their numbers may be given again.
  mutating func removeAll() {
    entries.removeAll()
    lastNumber = 0
  }

  /// Has what is remembered of a token fetched, for a look-up soon.
  @inline(__always) func prefetch(_ hash: UInt64) { entries.prefetch(hash) }

  /// What is remembered of a token; nil for nothing.
  ///
  /// - Parameter hash: the key's.
  @inline(__always)
  mutating func value(of key: Key, hash: UInt64) -> Value? {
    // SAFETY: `line(of:)` gives the start of a line of two entries.
    let line = unsafe entries.line(of: hash)
    if unsafe line[0].holds(key) { return unsafe line[0].value }
    guard unsafe line[1].holds(key) else { return nil }
    // What comes often takes the first place, so that what comes once can't push it out.
    let entry = unsafe line[1]
    unsafe line[1] = line[0]
    unsafe line[0] = entry
    return entry.value
  }

  /// Remembers a token that isn't here.
  ///
  /// - Precondition: ``unusedNumberCount`` is above 0.
  mutating func insert(_ key: Key, bucket: UInt32) -> Value {
    lastNumber += 1
    precondition(lastNumber <= numberLimit)
    let rest = UInt64(lastNumber) | UInt64(bucket) << 32 | key.length << 59
    let entry = Entry(first: key.first, second: key.second, third: key.third, rest: rest)
    // SAFETY: as in `value(of:)`.
    let line = unsafe entries.line(of: key.hash)
    unsafe line[line[0].rest == 0 ? 0 : 1] = entry
    return entry.value
  }
}
