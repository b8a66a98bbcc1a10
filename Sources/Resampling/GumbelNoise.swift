internal import Platform

/// Gumbel noise as a pure function of a seed and a document.
///
/// z is the ``SeededHash`` of the document's identity; u = (⌊z / 2¹²⌋ + ½) / 2⁵², which a double
/// holds exactly and is never 0 or 1; the noise is −ln(−ln u).
///
/// The k largest of logWeight + noise are a draw of k documents without replacement with
/// probabilities proportional to the weights (Gumbel top-k: Kool, van Hoof and Welling 2019).
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
}
