internal import CXXHash

/// A random number for each document, which doesn't depend on where or when the document comes: a
/// hash of its text, selected by a seed.
package struct SeededHash: Sendable {
  /// Independent draws have seeds of their own, derived from the seed of the run.
  package enum Purpose: UInt64, Sendable {
    /// The Gumbel noise of the draw.
    case noise = 0
    /// The documents that the regression learns from.
    case sample = 1
    /// The documents of the random baseline.
    case randomBaseline = 2
    /// The Gumbel noise of a draw's second part.
    case secondNoise = 3
    /// The order of a shuffled output.
    case order = 4
    /// The noise of documents drawn at random, for replay.
    case replayNoise = 5
    /// The seeds of further epochs.
    case epoch = 6
    /// The documents to fit, if not all are fitted.
    case fitSample = 7
    /// The Gumbel noise of the choice of a set.
    case setNoise = 8
    /// The order of documents for models that are judged by held-out text.
    case trainingOrder = 9
    /// The half of a target that a document belongs to.
    case targetHalf = 10
    /// The documents that a report shows and reads words from.
    case report = 11
  }

  private let seed: UInt64

  package init(seed: UInt64, purpose: Purpose) {
    self.seed = seed &+ purpose.rawValue &* 0x9E37_79B9_7F4A_7C15
  }

  /// XXH3-64, with the purpose's seed, of the eight little-endian bytes of the identity.
  package func callAsFunction(_ identity: UInt64) -> UInt64 {
    unsafe withUnsafeBytes(of: identity.littleEndian) { bytes in
      // SAFETY: xxHash reads the eight bytes during the call only.
      unsafe XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed)
    }
  }
}
