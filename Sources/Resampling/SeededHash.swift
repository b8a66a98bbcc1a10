internal import CXXHash

/// What must be random, but the same wherever and in whatever order a document turns up: hashes of its text that a
/// seed chooses.
package struct SeededHash: Sendable {
  /// Draws that must not depend on one another have seeds of their own, made of the run's.
  package enum Purpose: UInt64, Sendable {
    /// The Gumbel noise of the draw.
    case noise = 0
    /// Which documents the regression learns from.
    case sample = 1
    /// Which documents the random baseline takes.
    case randomBaseline = 2
    /// The Gumbel noise of a draw's second part.
    case secondNoise = 3
    /// The order of a shuffled output.
    case order = 4
    /// The noise of what is drawn at random, for replay.
    case replayNoise = 5
    /// The seeds of further epochs.
    case epoch = 6
    /// Which documents are fitted, where not all are.
    case fitSample = 7
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
