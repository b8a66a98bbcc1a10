/// A random share of documents.
///
/// A seeded hash of its text decides whether a document belongs to it. So these are the same
/// documents wherever and in whatever order they come.
package struct RandomDocuments: Sendable {
  private let hash: SeededHash
  /// nil if all documents belong to it.
  private let limit: UInt64?

  /// - Parameter rate: the probability that a document belongs to it, not negative; from 1 on all
  ///   do.
  package init(seed: UInt64, purpose: SeededHash.Purpose, rate: Double) {
    self.init(order: SeededHash(seed: seed, purpose: purpose), rate: rate)
  }

  /// The documents that come first in an order.
  package init(order: SeededHash, rate: Double) {
    hash = order
    limit = rate < 1 ? UInt64(rate * 0x1p64) : nil
  }

  /// - Parameter textHash: the document's ``TextHash``.
  package func contains(_ textHash: UInt64) -> Bool {
    guard let limit else { return true }
    return hash(textHash) < limit
  }
}
