/// A document that may be drawn.
///
/// It takes 48 bytes, and a draw of k documents keeps k of them.
package struct Candidate: Sendable, Equatable, BitwiseCopyable {
  /// The log weight over the temperature, plus noise.
  ///
  /// The largest keys are drawn.
  package private(set) var key: Double
  /// The key for the second part of a draw in two parts.
  package private(set) var secondKey: Double
  /// XXH3-64 of the text.
  package let textHash: UInt64
  /// The shard's number in the upper 20 bits, and the place in the lower 44: a shard may have 16
  /// TiB of text.
  private(set) var place: UInt64
  private let lineBytes: UInt32
  private let textBytes: UInt32
  private let tokens: UInt32
  /// The number of documents with the same text that were left out in favour of this one.
  package private(set) var copies: UInt32

  /// The bounds of a position: the number of shards in a pool, and the place in a shard.
  package static let maximumShardCount = 1 << 20
  package static let maximumPlace = (1 << 44) - 1

  /// - Parameters:
  ///   - lineByteCount: the length of the line in the pool, without its line end; 0 for a row of a
  ///     table, which isn't stored in one piece.
  ///   - textByteCount: the length of the text, unescaped.
  package init(
    key: Double, secondKey: Double = 0, textHash: UInt64, position: Position, lineByteCount: Int,
    textByteCount: Int, tokenCount: Int, copies: UInt32 = 0
  ) {
    precondition(position.shard < Self.maximumShardCount && position.place <= Self.maximumPlace)
    self.key = key
    self.secondKey = secondKey
    self.textHash = textHash
    place = UInt64(position.shard) << 44 | UInt64(position.place)
    lineBytes = UInt32(lineByteCount)
    textBytes = UInt32(textByteCount)
    tokens = UInt32(tokenCount)
    self.copies = copies
  }

  package var position: Position {
    Position(shard: Int(place >> 44), place: Int(place & UInt64(Self.maximumPlace)))
  }
  package var lineByteCount: Int { Int(lineBytes) }
  package var textByteCount: Int { Int(textBytes) }
  package var tokenCount: Int { Int(tokens) }

  /// What the document takes of a budget of bytes: its line with the line end. A row of a table has
  /// no line, so its text stands for it.
  package var byteCost: Int {
    Self.byteCost(lineByteCount: lineByteCount, textByteCount: textByteCount)
  }

  package static func byteCost(lineByteCount: Int, textByteCount: Int) -> Int {
    (lineByteCount == 0 ? textByteCount : lineByteCount) + 1
  }

  /// Whether this candidate is drawn before the other.
  ///
  /// This is a total order, which doesn't depend on how the pool is cut into shards.
  package func precedes(_ other: Candidate) -> Bool {
    if key != other.key { return key > other.key }
    if textHash != other.textHash { return textHash > other.textHash }
    return place < other.place
  }

  /// The same candidate, with another number for its shard.
  package func moved(toShard shard: Int) -> Candidate {
    precondition((0..<Self.maximumShardCount).contains(shard))
    var result = self
    result.place = UInt64(shard) << 44 | UInt64(position.place)
    return result
  }

  /// The same candidate as the other part of the draw sees it.
  package var exchanged: Candidate {
    var result = self
    swap(&result.key, &result.secondKey)
    return result
  }

  /// The same candidate, without its second key.
  package var withFirstKey: Candidate {
    var result = self
    result.secondKey = 0
    return result
  }

  /// Identifies a text.
  ///
  /// The hash alone would do; comparing lengths too makes a chance collision harmless.
  package struct TextKey: Hashable, Sendable {
    var hash: UInt64
    var byteCount: UInt32
  }

  package var textKey: TextKey { TextKey(hash: textHash, byteCount: textBytes) }

  /// Identifies a document by its place, where equal texts are kept.
  package var placeKey: TextKey { TextKey(hash: place, byteCount: 0) }

  func hasSameText(as other: Candidate) -> Bool {
    textHash == other.textHash && textBytes == other.textBytes
  }

  /// Keeps one of two candidates with the same text: the one with the larger key, and of equal keys
  /// the first in pool order.
  ///
  /// Copies with equal keys are counted. Copies with smaller keys can't be counted, since most of
  /// them are never looked at: their keys are too small to be drawn.
  ///
  ///
  /// - Returns: the candidate that was left out, if the second part of a draw might prefer it.
  @discardableResult
  mutating func absorb(_ other: Candidate) -> Candidate? {
    let areAlike = key == other.key && secondKey == other.secondKey
    let count = copies &+ other.copies &+ 1
    var loser = other
    if other.key > key || (other.key == key && other.place < place) {
      loser = self
      self = other
    }
    if areAlike {
      copies = count
      return nil
    }
    let isBeaten =
      secondKey > loser.secondKey || (secondKey == loser.secondKey && place < loser.place)
    return isBeaten ? nil : loser
  }

  /// The same candidate, without its number of copies.
  var withoutCopies: Candidate {
    var result = self
    result.copies = 0
    return result
  }

  /// Counts a copy that is left out in another group of the draw.
  mutating func count(_ other: Candidate) { copies = copies &+ other.copies &+ 1 }
}
