package import Featurizing

/// The log odds of a logistic regression that tells documents of the target from documents of the
/// pool: see ``LogisticTrainer``.
///
/// The regression's sum is one over folded buckets (see ``RegressionFeatures``). An explanation
/// splits the term of each among the document's single tokens in it, by their counts. Longer
/// n-grams have no share, and the bias belongs to the document as a whole.
package struct LogisticRegression: SampleComponent {
  package static let drawsAlone = true
  package static let labels = ComponentLabels(
    name: "regression",
    ofNGrams: ComponentLabels.Label(key: "by_regression", title: "by regression"),
    ofDocument: ComponentLabels.Label(key: "bias", title: "bias"),
    ofBuckets: ComponentLabels.Label(key: "regression_weight", title: "regression"))

  private let model: LogisticModel
  private let features: FeatureSettings

  package init(_ evidence: SampleEvidence, _ settings: EstimatorSettings) {
    self.init(
      LogisticTrainer(target: evidence.target, pool: evidence.pool).train(), evidence.features)
  }

  package init(_ model: LogisticModel, _ features: FeatureSettings) {
    self.model = model
    self.features = features
  }

  package func makeScorer() -> any DocumentScorer {
    LogisticScorer(model, bucketCount: features.bucketCount)
  }

  /// θ of the folded bucket.
  ///
  /// - Returns: nil where features are longer n-grams, too: a bucket's count doesn't tell them
  ///   from single tokens, which alone the regression sees.
  package func value(ofBucket bucket: Int) -> Double? {
    features.maximumOrder == 1 ? model.weight(bucket >> shift) : nil
  }

  package func explanation(of document: ScoredDocument) -> ComponentExplanation {
    let shift = shift
    var folded: [Int: Int] = [:]
    for ngram in document.ngrams where ngram.order == 1 {
      folded[ngram.bucket >> shift, default: 0] += ngram.count
    }
    let terms = model.contributions(of: folded)
    let contributions = document.ngrams.map { ngram in
      let bucket = ngram.bucket >> shift
      let share = ngram.order == 1 ? Double(ngram.count) / Double(folded[bucket] ?? 1) : 0
      return (terms[bucket] ?? 0) * share
    }
    return ComponentExplanation(ofNGrams: contributions, ofDocument: model.bias)
  }

  private var shift: Int { RegressionFeatures.shift(bucketCount: features.bucketCount) }
}
