/// Computes what one component contributes to documents' log weights, a block of features at a
/// time:
///
///     scorer.begin(text)
///     for each block, for each order { scorer.add(ids, order: order) }
///     use(scorer.contribution(of: size))
///
/// The calls are dispatched dynamically. They come once per document, or once per block and order,
/// and never once per feature.
package protocol DocumentScorer {
  /// Prepares for a new document.
  ///
  /// - Parameter text: UTF-8, for components that need more than features.
  mutating func begin(_ text: Span<UInt8>)

  /// Takes the document's next n-grams of one order in, in text order.
  ///
  /// Where a text is cut into blocks must not change the contribution, not even its last bit.
  ///
  /// - Parameter ids: the features' buckets, each below the number of buckets.
  mutating func add(_ ids: Span<UInt32>, order: Int)

  /// What the component adds to the log weight of the document that was taken in.
  ///
  /// A mutating function, though it may change nothing: of a scorer in an array, a property would
  /// be read from a copy.
  mutating func contribution(of size: DocumentSize) -> Double
}

extension DocumentScorer {
  package mutating func begin(_ text: Span<UInt8>) {}
  package mutating func add(_ ids: Span<UInt32>, order: Int) {}
}
