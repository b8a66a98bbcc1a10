/// The shingles of a text: its runs of five tokens, each once.
///
/// A text with fewer tokens is one shingle, and one without tokens has none. Tokens are known by
/// 32 bits of their hashes, and shingles by 64 bits: two that differ are taken for the same once in
/// billions of comparisons.
package struct ShingleSet: Sendable, Equatable {
  /// The number of tokens of a shingle.
  package static let length = 5

  /// Sorted, each once.
  package let hashes: [UInt64]

  /// - Parameter tokens: the text's tokens in order, as ``token(of:)`` gives them.
  /// - Complexity: O(*n* log *n*) for *n* tokens.
  package init(_ tokens: Span<UInt32>) {
    var all = Self.hashes(of: tokens)
    all.sort()
    var distinct = 0
    for index in all.indices where index == 0 || all[index] != all[index - 1] {
      all[distinct] = all[index]
      distinct += 1
    }
    all.removeSubrange(distinct...)
    hashes = all
  }

  /// The hashes of a text's shingles in the order of the text, with those that are repeated.
  ///
  /// - Complexity: O(*n*) for *n* tokens.
  package static func hashes(of tokens: Span<UInt32>) -> [UInt64] {
    guard !tokens.isEmpty else { return [] }
    let length = min(length, tokens.count)
    var hashes: [UInt64] = []
    hashes.reserveCapacity(tokens.count - length + 1)
    for start in 0...(tokens.count - length) {
      var hash: UInt64 = 0
      for index in start..<(start + length) { hash = mixed(hash &+ UInt64(tokens[index]) &+ 1) }
      hashes.append(hash)
    }
    return hashes
  }

  /// - Parameter hashes: sorted, each once.
  init(hashes: [UInt64]) { self.hashes = hashes }

  /// The bits by which a token is known.
  ///
  /// - Parameter hash: XXH3-64 of the token's bytes.
  package static func token(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

  /// A bijection in which every bit of the result depends on all of `value` (SplitMix64's).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = value &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Jaccard's similarity: the number of common shingles over the number of all that either has.
  ///
  /// It is 0 if neither has any.
  ///
  /// - Complexity: O(*n*) for *n* shingles.
  package func similarity(to other: ShingleSet) -> Double {
    var (one, two, common) = (0, 0, 0)
    while one < hashes.count, two < other.hashes.count {
      let (first, second) = (hashes[one], other.hashes[two])
      if first == second { common += 1 }
      if first <= second { one += 1 }
      if second <= first { two += 1 }
    }
    let all = hashes.count + other.hashes.count - common
    return all == 0 ? 0 : Double(common) / Double(all)
  }
}
