internal import Reading
internal import Resampling
internal import Weighting

/// Weighs documents by models.
struct ModelWeightReader: WeightReader, ~Copyable {
  private var weigher: DocumentWeigher
  private let firstField: Int
  /// The index and the path of the field with the number of a document's tokens; nil to count them.
  var tokensField: (index: Int, path: String)?

  /// - Parameters:
  ///   - exclusion: what documents are excluded for; nil if none are.
  ///   - firstField: the index of the model's first field in ``DocumentLine/fields``.
  init(_ model: WeighingModel, _ exclusion: Exclusion? = nil, firstField: Int = 0) {
    weigher = DocumentWeigher(model, exclusion)
    self.firstField = firstField
  }

  mutating func read(
    _ text: Span<UInt8>, of line: DocumentLine
  ) throws(InvalidLine) -> WeighedDocument {
    var size = try weigher.weigh(text, of: line, firstField: firstField)
    var countedTokens: Int?
    if let tokensField {
      countedTokens = size.tokenCount
      size.tokenCount = try line.fields[tokensField.index].tokenCount(of: tokensField.path)
    }
    return WeighedDocument(
      size: size, countedTokens: countedTokens, textHash: TextHash.of(text),
      position: line.position, lineByteCount: line.byteCount, textByteCount: text.count)
  }

  func weight(_ target: Int) -> DocumentWeight { weigher[target] }

  mutating func exclusionMatch(_ text: Span<UInt8>, textHash: UInt64) -> ExclusionMatch? {
    weigher.exclusionMatch(text, textHash: textHash)
  }

  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {
    weigher.count(text, in: &counts)
  }
}
