/// Where a document stands in the pool: its shard, in the order given, and the offset of its line in
/// the shard's decompressed bytes.
package struct Position: Hashable, Comparable, Sendable {
  package let shard: Int
  package let offset: Int

  package init(shard: Int, offset: Int) {
    self.shard = shard
    self.offset = offset
  }

  package static func < (one: Position, other: Position) -> Bool {
    (one.shard, one.offset) < (other.shard, other.offset)
  }
}

/// A document that may be drawn: 48 bytes, of which k are kept.
package struct Candidate: Sendable, Equatable {
  /// The log importance weight, before normalization and temperature.
  package let logWeight: Double
  /// The normalized log weight over the temperature, plus noise: the largest are drawn.
  package let key: Double
  /// XXH3-64 of the text.
  package let textHash: UInt64
  private let offset: UInt64
  private let shard: UInt32
  private let lineBytes: UInt32
  private let tokens: UInt32
  /// Documents with the same text that were left out for this one.
  package private(set) var copies: UInt32 = 0

  /// - Parameter lineByteCount: the length of the line in the pool, without its line end.
  package init(
    logWeight: Double, key: Double, textHash: UInt64, position: Position, lineByteCount: Int,
    tokenCount: Int
  ) {
    self.logWeight = logWeight
    self.key = key
    self.textHash = textHash
    offset = UInt64(position.offset)
    shard = UInt32(position.shard)
    lineBytes = UInt32(lineByteCount)
    tokens = UInt32(tokenCount)
  }

  package var position: Position { Position(shard: Int(shard), offset: Int(offset)) }
  package var lineByteCount: Int { Int(lineBytes) }
  package var tokenCount: Int { Int(tokens) }

  /// True if this one is drawn before the other: a total order that doesn't depend on how
  /// the pool is cut into shards.
  package func precedes(_ other: Candidate) -> Bool {
    if key != other.key { return key > other.key }
    if textHash != other.textHash { return textHash > other.textHash }
    return position < other.position
  }

  /// True if both have the same text. Equal hashes alone would do; that key and length agree
  /// makes a chance collision harmless.
  func hasSameText(as other: Candidate) -> Bool {
    textHash == other.textHash && key == other.key && tokens == other.tokens
  }

  /// Leaves `other`, which has the same text, out for this one, or the other way round: the first in
  /// pool order stays.
  mutating func absorb(_ other: Candidate) {
    let total = copies + other.copies + 1
    if other.position < position { self = other }
    copies = total
  }
}
