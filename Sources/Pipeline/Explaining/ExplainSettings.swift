package import Featurizing
package import Weighting

/// Everything that `dsel explain` was told.
package struct ExplainSettings: Sendable {
  /// Where the two models come from.
  package enum Models: Sendable {
    case files(target: String, pool: String)
    /// They are fitted to these documents first.
    case fitted(targets: [String], pool: [String])
  }

  package var models: Models
  /// Files whose documents are explained. Without any, what weighs most in the target is.
  package var documents: [String]
  /// Only this line of the only file, from 1.
  package var line: Int?
  /// Documents of the target, from which n-grams are taken: models have none.
  package var texts: [String]
  package var reading = ReadingSettings()
  /// Where the target's text is, if elsewhere.
  package var targetTextField: String?
  /// Of models that are fitted first.
  package var features = FeatureSettings(bucketCount: 1 << 20)
  package var minimumTokenCount = 100
  package var estimator = EstimatorSettings()
  /// How many n-grams are shown each way.
  package var top = 20
  package var version = ""

  /// More documents are not explained at once: so the result stays small.
  package static let documentLimit = 100

  package init(_ models: Models, documents: [String], texts: [String]) {
    self.models = models
    self.documents = documents
    self.texts = texts
  }
}
