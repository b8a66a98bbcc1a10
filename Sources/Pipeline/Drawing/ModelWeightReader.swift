internal import Reading
internal import Resampling
internal import Weighting

/// Weighs documents by models.
struct ModelWeightReader: WeightReader, ~Copyable {
  private var weigher: DocumentWeigher

  /// - Parameter exclusion: what documents are excluded for; nil if none are.
  init(_ model: WeighingModel, _ exclusion: Exclusion? = nil) {
    weigher = DocumentWeigher(model, exclusion)
  }

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) -> WeighedDocument {
    WeighedDocument(
      size: weigher.weigh(text), textHash: TextHash.of(text),
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
