/// The documents that may be drawn: those with no fewer tokens than a minimum.
package struct EligibleDocuments: Sendable, Equatable {
  package var documentCount = 0
  package var tokenCount = 0
  /// The size of their lines, with line ends.
  package var byteCount = 0

  package init() {}

  package mutating func merge(_ other: EligibleDocuments) {
    documentCount += other.documentCount
    tokenCount += other.tokenCount
    byteCount += other.byteCount
  }

  /// An estimate for all documents, if these are a random share of them.
  package func scaled(by factor: Double) -> EligibleDocuments {
    var scaled = EligibleDocuments()
    scaled.documentCount = Int((Double(documentCount) * factor).rounded())
    scaled.tokenCount = Int((Double(tokenCount) * factor).rounded())
    scaled.byteCount = Int((Double(byteCount) * factor).rounded())
    return scaled
  }
}
