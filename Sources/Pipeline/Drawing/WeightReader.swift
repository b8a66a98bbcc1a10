internal import Reading
internal import Resampling
internal import Weighting

/// A document as a draw needs it, without its weights.
struct WeighedDocument {
  var size: DocumentSize
  /// XXH3-64 of the text.
  var textHash: UInt64
  var position: Position
  var lineByteCount: Int
  var textByteCount: Int
}

/// Gives documents their weights: by models, from a file of weights, or from a field of anyone's.
protocol WeightReader: ~Copyable, SendableMetatype {
  /// - Throws: ``InvalidLine``, ``PipelineError``
  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument

  /// The weight of the document that was read last, for a target.
  func weight(_ target: Int) -> DocumentWeight

  /// Counts the features of a text.
  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts)
}
