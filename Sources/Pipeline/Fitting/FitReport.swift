internal import Featurizing
package import Files
package import Weighting

/// The result of `dsel fit` and `dsel merge`.
package struct FitReport: Encodable, Sendable {
  package struct Model: Encodable, Sendable {
    package var tokenizer: String
    package var unicodeVersion: String
    package var ngrams: Int
    package var hashing: String
    package var buckets: Int
    package var minTokens: Int
    /// The share of the inputs' documents that was counted; nil for all.
    package var fitSample: Double?
    package var documents: Int
    package var tokens: Int
    package var features: Int
    package var emptyBuckets: Int
    package var eligibleDocuments: Int
    /// nil if no sample is kept.
    package var sampledDocuments: Int?

    package init(_ model: FittedModel) {
      tokenizer = model.settings.tokenizer.rawValue
      unicodeVersion = UnicodeTables.version
      ngrams = model.settings.maximumOrder
      hashing = model.settings.hashing.rawValue
      buckets = model.settings.bucketCount
      minTokens = model.minimumLength
      fitSample = model.fittedShare < 1 ? model.fittedShare : nil
      documents = model.counts.documentCount
      tokens = model.counts.tokenCount
      features = Int(model.counts.featureCount)
      emptyBuckets = model.counts.emptyBucketCount
      eligibleDocuments = model.eligible.documentCount
      sampledDocuments = model.sample?.documentCount
    }
  }

  package var dselVersion: String
  package var command = "fit"
  package var model: Model
  package var skippedLines: [ExactString: Int]
  package var inputs: [InputRecord]
  /// The fields of the text that no document has; nil if there are none, or if results were in the
  /// work directory.
  package var missingFields: [String]?
  /// The number of inputs whose results were in the work directory.
  package var reusedInputs: Int
  package var timings: RunTimings
}
