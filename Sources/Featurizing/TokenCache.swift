/// Numbers tokens and remembers their buckets, in memory of fixed size.
///
/// The bytes of a token are its key, so no two tokens can be confused. Tokens of more than
/// ``longestToken`` bytes are not cached. No number is given twice: a token that was pushed out
/// gets a new one when it returns.
@safe struct TokenCache: ~Copyable {
  static let longestToken = 24

  /// A token of up to ``longestToken`` bytes, padded with zeros.
  struct Key {
    fileprivate let first: UInt64
    fileprivate let second: UInt64
    fileprivate let third: UInt64
    fileprivate let length: UInt64

    /// - Precondition: `length` is between 1 and ``longestToken``, and ``longestToken`` bytes can
    ///   be read.
    @inline(__always) @unsafe
    init(_ bytes: UnsafePointer<UInt8>, length: Int) {
      // SAFETY: the precondition guarantees 24 bytes.
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

    /// The place to look.
    ///
    /// Chance collisions only cost time.
    @inline(__always) var hash: UInt64 {
      let one = (first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
        by: (second &+ length) ^ 0xD1B5_4A32_D192_ED03)
      let other = ((one.low ^ third) ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(
        by: one.high ^ 0xE703_7ED1_A0B4_28DB)
      return other.high ^ other.low
    }
  }

  /// 32 bytes; all zero if the entry is empty.
  ///
  /// (Not private: that makes Swift 6.3.1 crash.)
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
    /// The token's number, 1 or more.
    let number: UInt32
    let bucket: UInt32
  }

  /// Pairs of entries, each in a cache line.
  ///
  /// The hash of a token selects its pair.
  private let entries: CacheLines<Entry>
  private var lastNumber: UInt32 = 0
  private let numberLimit: UInt32

  /// - Parameters:
  ///   - capacity: the number of tokens that are remembered, a power of two.
  ///   - numberLimit: the largest number.
  init(capacity: Int, numberLimit: UInt32) {
    precondition(numberLimit < 1 << 31)
    entries = CacheLines(capacity: capacity)
    self.numberLimit = numberLimit
  }

  /// The number of tokens that can still get a number before ``removeAll()`` is needed.
  var unusedNumberCount: Int { Int(numberLimit - lastNumber) }

  /// Forgets all tokens, so that their numbers may be given again.
  mutating func removeAll() {
    entries.removeAll()
    lastNumber = 0
  }

  /// Asks the processor to fetch the entry of a token, for a look-up soon.
  @inline(__always) func prefetch(_ hash: UInt64) { entries.prefetch(hash) }

  /// The number and bucket of a token, or nil if it isn't remembered.
  ///
  /// - Parameter hash: the key's.
  @inline(__always)
  mutating func value(of key: Key, hash: UInt64) -> Value? {
    // SAFETY: `line(of:)` returns the start of a line of two entries.
    let line = unsafe entries.line(of: hash)
    if unsafe line[0].holds(key) { return unsafe line[0].value }
    guard unsafe line[1].holds(key) else { return nil }
    // A frequent token takes the first place, where a rare one can't push it out.
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
