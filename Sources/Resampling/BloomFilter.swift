/// The arithmetic of Bloom filters for texts.
///
/// Each text sets three bits, all in one word. The highest bits of its mixed hash select the word,
/// and the lowest 18 bits select the bits in it.
package enum BloomFilter {
  /// The hash, mixed: among equal keys the largest hashes are kept, and these all have the same
  /// high bits.
  package static func mix(_ textHash: UInt64) -> UInt64 { textHash &* 0x9E37_79B9_7F4A_7C15 }

  /// The three bits of a text, by its mixed hash.
  package static func mask(_ mixed: UInt64) -> UInt64 {
    1 &<< (mixed & 63) | 1 &<< (mixed >> 6 & 63) | 1 &<< (mixed >> 12 & 63)
  }
}
