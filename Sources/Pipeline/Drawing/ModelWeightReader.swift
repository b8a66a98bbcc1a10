internal import Reading
internal import Resampling
internal import Weighting

/// Weighs documents by models.
struct ModelWeightReader: WeightReader, ~Copyable {
  private var weigher: DocumentWeigher

  init(_ model: WeighingModel) { weigher = DocumentWeigher(model) }

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) -> WeighedDocument {
    WeighedDocument(
      size: weigher.weigh(text), textHash: TextHash.of(text),
      position: line.position, lineByteCount: line.byteCount, textByteCount: text.count)
  }

  func weight(_ target: Int) -> DocumentWeight { weigher[target] }

  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {
    weigher.count(text, in: &counts)
  }
}
