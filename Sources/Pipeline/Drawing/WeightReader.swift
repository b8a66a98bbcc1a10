internal import Reading
internal import Resampling
internal import Weighting

/// The properties of a document that a draw needs, besides its weights.
struct WeighedDocument {
  var size: DocumentSize
  /// The number of tokens that were counted, if a field has another.
  var countedTokens: Int?
  /// XXH3-64 of the text.
  var textHash: UInt64
  var position: Position
  var lineByteCount: Int
  var textByteCount: Int
  /// Whether a number of the document is one that isn't drawn from.
  var isOutsideWindows = false
}

/// Gives documents their weights, from models, a file of weights, or fields of the pool.
protocol WeightReader: ~Copyable, SendableMetatype {
  /// - Throws: ``InvalidLine``, ``PipelineError``
  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument

  /// The weight for a target of the document that was read last.
  func weight(_ target: Int) -> DocumentWeight

  /// Why the document that was read last is excluded; nil if it isn't.
  mutating func exclusionMatch(_ text: Span<UInt8>, textHash: UInt64) -> ExclusionMatch?

  /// Counts the features of a text.
  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts)
}

extension WeightReader where Self: ~Copyable {
  mutating func exclusionMatch(_ text: Span<UInt8>, textHash: UInt64) -> ExclusionMatch? { nil }
}
