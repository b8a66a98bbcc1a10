internal import CXXHash

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Gumbel noise as a pure function of a seed and a document.
///
/// z is the ``SeededHash`` of the document's identity;
/// u = (⌊z / 2¹²⌋ + ½) / 2⁵², which a double holds exactly and is never 0 or 1; the noise is −ln(−ln u).
///
/// The k largest of logWeight + noise are a draw of k documents without replacement with probabilities
/// proportional to the weights (Gumbel top-k: Kool, van Hoof and Welling 2019).
package struct GumbelNoise: Sendable {
  private let hash: SeededHash

  package init(seed: UInt64, purpose: SeededHash.Purpose = .noise) {
    hash = SeededHash(seed: seed, purpose: purpose)
  }

  /// - Parameter identity: XXH3-64 of the text, or a hash of the position.
  package func noise(of identity: UInt64) -> Double {
    let z = hash(identity)
    let u = (Double(z >> 12) + 0.5) * 0x1p-52
    return -log(-log(u))
  }

  /// XXH3-64 (seed 0): what a text's noise is keyed by.
  package static func identity(of text: Span<UInt8>) -> UInt64 {
    // SAFETY: xxHash reads the bytes during the call only.
    unsafe text.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }

  /// What the noise of a copy is keyed by when copies are kept: its place instead of its text.
  package static func identity(of position: Position) -> UInt64 {
    var bytes = InlineArray<2, UInt64>(repeating: 0)
    bytes[0] = UInt64(position.shard).littleEndian
    bytes[1] = UInt64(position.offset).littleEndian
    // SAFETY: xxHash reads the 16 bytes during the call only.
    return unsafe bytes.span.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }
}
