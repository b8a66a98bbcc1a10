package import Files
internal import Weighting

/// A target or a pool, as manifests describe it.
package struct SideRecord: Encodable, Sendable {
  package var inputs: [InputRecord]
  package var documents: Int
  /// The documents that were fitted, to which tokens and features belong.
  package var fittedDocuments: Int
  package var tokens: Int
  package var features: Int
  package var emptyBuckets: Int
  package var skippedLines: [ExactString: Int]
  /// The fields of the text that no document has; nil if there are none.
  package var missingFields: [String]?
}

extension SideRecord {
  init(_ counts: FeatureCounts, _ report: PassReport) {
    self.init(
      inputs: report.inputRecords, documents: report.documentCount,
      fittedDocuments: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), emptyBuckets: counts.emptyBucketCount,
      skippedLines: report.skippedByReason, missingFields: report.missingFields)
  }
}
