package import Featurizing

/// One term of a log importance weight, fitted for one target against the pool.
///
/// An ``Estimator`` is a list of components, and a document's log weight is the sum of their
/// contributions in the order of that list. Everything else asks a component what it is: which
/// evidence it is made from, which options it reads, how it scores a document and how it explains
/// the score. So a new component is one file that conforms to ``CountComponent`` or
/// ``SampleComponent``, and its name in ``Estimator/components``.
package protocol WeightComponent: Sendable {
  /// The options that change the component. The command line refuses the others.
  static var parameters: EstimatorParameters { get }
  /// Whether a part of a draw may go by this component alone: see ``Estimator/blend``.
  static var drawsAlone: Bool { get }
  /// How an explanation names its numbers.
  static var labels: ComponentLabels { get }

  /// Makes a scorer, with scratch memory of its own. Each worker has one.
  func makeScorer() -> any DocumentScorer

  /// Takes apart what the component contributes to a document's log weight.
  ///
  /// - Complexity: O(*n*) for *n* n-grams, or more. It is no part of a hot loop.
  func explanation(of document: ScoredDocument) -> ComponentExplanation

  /// What one feature in the bucket adds to a sum before it is normalized; nil if that depends on
  /// more than the bucket.
  func value(ofBucket bucket: Int) -> Double?
}

extension WeightComponent {
  package static var parameters: EstimatorParameters { [] }
  package static var drawsAlone: Bool { false }

  /// No n-gram has a share in the contribution: it is the document's as a whole.
  package func explanation(of document: ScoredDocument) -> ComponentExplanation {
    ComponentExplanation(ofDocument: document.contribution)
  }

  package func value(ofBucket bucket: Int) -> Double? { nil }
}

/// A component that is made from counts of features.
package protocol CountComponent: WeightComponent {
  init(_ evidence: CountEvidence, _ settings: EstimatorSettings)
}

/// A component that is trained on samples of documents.
///
/// Training takes time. It runs beside the work on counts if there are two threads for it, and
/// after that work, when the counts are gone from memory, if there is one.
package protocol SampleComponent: WeightComponent {
  init(_ evidence: SampleEvidence, _ settings: EstimatorSettings)
}

/// How often one target and the pool have each feature.
package struct CountEvidence: Sendable {
  package var target: FeatureCounts
  package var pool: FeatureCounts
  package var features: FeatureSettings

  /// - Precondition: both sides have the buckets of `features`.
  package init(target: FeatureCounts, pool: FeatureCounts, features: FeatureSettings) {
    precondition(target.bucketCount == pool.bucketCount)
    self.target = target
    self.pool = pool
    self.features = features
  }
}

/// Samples of the documents of one target and of the pool.
package struct SampleEvidence: Sendable {
  package var target: DocumentSample
  package var pool: DocumentSample
  package var features: FeatureSettings

  /// - Parameters:
  ///   - target: trimmed.
  ///   - pool: trimmed.
  package init(target: DocumentSample, pool: DocumentSample, features: FeatureSettings) {
    self.target = target
    self.pool = pool
    self.features = features
  }
}
