internal import Resampling

/// The random order of shuffled lines: that of a ``SeededHash`` of each document's identity.
///
/// It depends on the documents and the seed, but not on threads, on the pool's order, or on how the
/// pool is divided into files. If exact duplicates are kept, a document's identity is its position,
/// as it is for noise. Otherwise duplicates would stand side by side.
struct ShuffleOrder: Sendable {
  private let hash: SeededHash
  private let keepsDuplicates: Bool
  /// The highest bits of this epoch's numbers, so that epochs follow one another.
  private let epoch: (bits: UInt64, width: Int)

  init(seed: UInt64, keepsDuplicates: Bool, epoch: Int = 0, epochCount: Int = 1) {
    hash = SeededHash(seed: seed &+ UInt64(epoch), purpose: .order)
    self.keepsDuplicates = keepsDuplicates
    let width = Int.bitWidth - (epochCount - 1).leadingZeroBitCount
    self.epoch = (width == 0 ? 0 : UInt64(epoch) << (64 - width), width)
  }

  /// The document's number in the order.
  ///
  /// Smaller numbers come first, and of equal ones the first in pool order.
  func callAsFunction(_ document: Candidate) -> UInt64 {
    let random = hash(
      keepsDuplicates ? PositionHash.of(document.position) : document.textHash)
    return epoch.bits | random >> epoch.width
  }
}
