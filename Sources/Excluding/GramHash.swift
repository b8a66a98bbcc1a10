/// Hashes of runs of tokens.
///
/// The hash of the tokens t₁ … tₙ is Σ h(tᵢ) fⁿ⁻ⁱ mod 2⁶⁴, where h is XXH3-64 of a token's bytes.
/// So it can move along a text: a step removes the first token and adds one at the end.
struct GramHash {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  private(set) var value: UInt64 = 0
  let length: Int
  /// fⁿ, by which the token that leaves was multiplied.
  private let lastPower: UInt64

  init(length: Int) {
    self.length = length
    var power: UInt64 = 1
    for _ in 0..<length { power = power &* Self.factor }
    lastPower = power
  }

  /// The hash of the tokens from `start` on.
  mutating func begin(at start: Int, of hashes: Span<UInt64>) {
    value = Self.value(of: hashes.extracting(start..<(start + length)))
  }

  /// Moves by one token.
  mutating func move(from start: Int, of hashes: Span<UInt64>) {
    value = value &* Self.factor &+ hashes[start + length] &- hashes[start] &* lastPower
  }

  /// The hash as a key of tables, in which all bits matter.
  var key: UInt64 { Self.key(value, length: length) }

  /// Writes the keys of all runs of `length` tokens.
  static func findKeys(
    length: Int, of hashes: Span<UInt64>, mask: UInt64, into keys: inout [UInt64]
  ) {
    keys.removeAll(keepingCapacity: true)
    guard hashes.count >= length else { return }
    let count = hashes.count - length + 1
    var gram = GramHash(length: length)
    gram.begin(at: 0, of: hashes)
    keys.append(addingCapacity: count) { output in
      output.append(gram.key & mask)
      for start in 0..<(count - 1) {
        gram.move(from: start, of: hashes)
        output.append(gram.key & mask)
      }
    }
  }

  @inline(__always)
  static func value(of hashes: Span<UInt64>) -> UInt64 {
    var value: UInt64 = 0
    for index in hashes.indices { value = value &* factor &+ hashes[index] }
    return value
  }

  /// - Returns: the hash and the length, mixed.
  @inline(__always)
  static func key(_ value: UInt64, length: Int) -> UInt64 {
    var mixed = value &+ UInt64(truncatingIfNeeded: length) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 32)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 29)
  }
}
