internal import Files

/// Sorts out most keys that were not inserted, in memory that fits into a processor's caches.
///
/// It has one bit for each hash. With 7 bits per key, one in seven of the other keys passes. But a
/// look-up in a ``KeyFilter`` of all keys takes ten times as long, because that doesn't fit.
struct KeySieve: ~Copyable, Sendable {
  /// 512 KiB of them.
  private static let mostBits = 1 << 22
  private static let bitsPerKey = 8
  /// With more keys per bit, nearly everything would pass.
  private static let mostKeysPerBit = 2

  private var words: LargeTable<UInt64>
  /// The number of a key's bits that don't say where its bit is.
  private let shift: UInt64
  /// Whether there are too many keys, so that all others pass, too.
  private let isFull: Bool

  /// - Parameter capacity: the number of keys to insert.
  init(capacity: Int) {
    isFull = capacity > Self.mostBits * Self.mostKeysPerBit
    var bits = UInt64.bitWidth
    while !isFull, bits < Self.mostBits, bits < capacity * Self.bitsPerKey { bits *= 2 }
    shift = UInt64(UInt64.bitWidth - bits.trailingZeroBitCount)
    words = LargeTable(count: bits / UInt64.bitWidth)
    guard isFull else { return }
    var words = words.mutableSpan
    words[0] = .max
  }

  mutating func insert(_ keys: [UInt64]) {
    guard !isFull else { return }
    let shift = shift
    var words = words.mutableSpan
    for key in keys {
      let bit = key &>> shift
      words[Int(bit &>> 6)] |= 1 &<< (bit & 63)
    }
  }

  /// Moves the blocks that may have been inserted to the front.
  ///
  /// - Returns: their number.
  func moveToFront(_ blocks: inout MutableSpan<GramBlock>, count: Int) -> Int {
    let words = words.span
    var found = 0
    // Without a branch, because no processor can foresee which blocks pass.
    for place in 0..<count {
      let block = blocks[place]
      let bit = block.key &>> shift
      blocks[found] = block
      found += Int(words[Int(bit &>> 6)] &>> (bit & 63) & 1)
    }
    return found
  }
}

/// Some tokens of a text, one after the other.
struct GramBlock {
  var key: UInt64
  /// The place of the first one.
  var start: Int
}
