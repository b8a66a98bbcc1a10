internal import Resampling

/// Divides a target's documents into a half that selects and a half that is predicted.
///
/// A seeded hash of its text decides which half a document belongs to, so copies of a text stay
/// together.
struct TargetHalves: Sendable {
  private let hash: SeededHash
  /// The share of the predicted half that is read.
  private let predictedShare: Double

  /// - Parameter predictedShare: the share of the second half that is needed; at most 1.
  init(seed: UInt64, predictedShare: Double = 1) {
    hash = SeededHash(seed: seed, purpose: .targetHalf)
    self.predictedShare = predictedShare
  }

  /// The documents that select.
  var selecting: RandomDocuments { RandomDocuments(order: hash, rate: 0.5) }

  /// Whether a document is predicted.
  func isPredicted(_ textHash: UInt64) -> Bool {
    !selecting.contains(textHash)
      && RandomDocuments(order: hash, rate: 0.5 + predictedShare / 2).contains(textHash)
  }
}
