import Reading
import Resampling
import Weighting

@testable import Pipeline

/// Uses the first word of a text as its log weight, and its negative as the log odds.
struct FirstWordReader: WeightReader, ~Copyable {
  private var weight = DocumentWeight()

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument {
    let words = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
      .split(separator: " ")
    let logWeight = Double(words[0]) ?? .nan
    weight = DocumentWeight(logWeight: logWeight, logOdds: -logWeight)
    return WeighedDocument(
      size: DocumentSize(tokenCount: words.count, featureCount: 0, length: words.count),
      textHash: TextHash.of(text), position: line.position, lineByteCount: line.byteCount,
      textByteCount: text.count)
  }

  func weight(_ target: Int) -> DocumentWeight { weight }

  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {}
}
