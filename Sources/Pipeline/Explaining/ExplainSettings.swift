package import Featurizing
package import Reading
package import Weighting

/// The settings of `dsel explain`.
package struct ExplainSettings: Sendable, Codable {
  /// The source of the two models.
  package enum Models: Sendable, Codable {
    case files(target: String, pool: String)
    /// The models are fitted to these documents first.
    case fitted(targets: [String], pool: [String])
  }

  package var models: Models
  /// Files whose documents are explained.
  ///
  /// Without any, the n-grams that weigh most in the target are shown.
  package var documents: [String]
  /// Explains only this line of the only file; lines are numbered from 1.
  package var line: Int?
  /// Explains only the documents with these values in a field; empty for all.
  package var ids: [String] = []
  package var idField = "id"
  /// Files with documents of the target, which supply the n-grams that models don't hold.
  package var texts: [String]
  package var reading = ReadingSettings()
  /// The field of the target's text, if it is another one.
  package var targetTextField: TextField?
  /// The features of models that are fitted first.
  package var features = FeatureSettings(bucketCount: Defaults.bucketCount)
  package var minimumTokenCount = Defaults.minimumTokenCount
  package var estimator = EstimatorSettings()
  /// The number of n-grams shown each way.
  package var top = 20
  package var version = ""

  /// The largest number of documents that are explained at once, to keep the result small.
  package static let documentLimit = 100

  package init(_ models: Models, documents: [String], texts: [String]) {
    self.models = models
    self.documents = documents
    self.texts = texts
  }
}
