/// The near-duplicates that weren't drawn, as manifests count them.
package struct NearDuplicateRecord: Encodable, Sendable {
  /// The least similarity.
  package var similarity: Double
  /// Documents that are so similar to one that was drawn, or was a candidate for a set.
  package var documents: Int
}
