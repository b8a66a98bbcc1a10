/// A random share of documents, each in or out by a seeded hash of its text: the same ones wherever and in whatever order
/// they come.
package struct RandomDocuments: Sendable {
  private let hash: SeededHash
  /// nil: all documents are in.
  private let limit: UInt64?

  /// - Parameter rate: the probability of each document to be in, not negative; from 1 on all are.
  package init(seed: UInt64, purpose: SeededHash.Purpose, rate: Double) {
    hash = SeededHash(seed: seed, purpose: purpose)
    limit = rate < 1 ? UInt64(rate * 0x1p64) : nil
  }

  /// - Parameter textHash: of ``TextHash``
  package func contains(_ textHash: UInt64) -> Bool {
    guard let limit else { return true }
    return hash(textHash) < limit
  }
}
