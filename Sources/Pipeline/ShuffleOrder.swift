internal import Resampling

/// The random order of shuffled lines: that of a ``SeededHash`` of each document's identity.
///
/// So it depends on the documents and the seed: not on threads, on the pool's order, or on how the pool is cut. Where copies are
/// kept, their identity is their place, as it is for their noise: otherwise they would stand side by side.
struct ShuffleOrder: Sendable {
  private let hash: SeededHash
  private let keepsDuplicates: Bool

  init(seed: UInt64, keepsDuplicates: Bool) {
    hash = SeededHash(seed: seed, purpose: .order)
    self.keepsDuplicates = keepsDuplicates
  }

  /// Documents with smaller numbers come first, and of equal ones the first in pool order.
  func callAsFunction(_ document: Candidate) -> UInt64 {
    hash(keepsDuplicates ? GumbelNoise.identity(of: document.position) : document.textHash)
  }
}
