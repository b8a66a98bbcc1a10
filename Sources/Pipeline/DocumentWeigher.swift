internal import Featurizing
internal import Weighting

/// All that a document's weight depends on, besides its text.
struct WeighingModel: Sendable {
  var features: FeatureSettings
  var tables: UnicodeTables
  var estimator: Estimator
  var normalization: Normalization
  /// There for every estimator that uses log-ratios.
  var logRatios: LogRatioTable?
  /// There for every estimator that uses the regression.
  var regression: LogisticModel?
}

/// A document, weighed.
struct DocumentWeight {
  /// What is printed: the sum of log-ratios before it is normalized, or what else the estimator gives.
  var logWeight = 0.0
  /// What is drawn by, before temperature and noise.
  var value = 0.0
  /// The regression's, if there is one.
  var logOdds = 0.0
  var tokenCount = 0
  /// What a minimum length is held against.
  var length = 0
}

/// Weighs documents, in scratch memory of its own.
struct DocumentWeigher: ~Copyable {
  private let model: WeighingModel
  private var featurizer: Featurizer
  private var scorer: LogisticScorer?

  init(_ model: WeighingModel) {
    self.model = model
    featurizer = Featurizer(model.features, tables: model.tables)
    if let regression = model.regression {
      scorer = LogisticScorer(regression, bucketCount: model.features.bucketCount)
    } else {
      scorer = nil
    }
  }

  mutating func weigh(_ text: Span<UInt8>) -> DocumentWeight {
    // One sum an order, so that the order of additions doesn't depend on where blocks end.
    var sums = InlineArray<5, Double>(repeating: 0)
    featurizer.begin()
    scorer?.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...model.features.maximumOrder {
        let ids = featurizer.features(order: order)
        model.logRatios?.addLogRatios(of: ids, to: &sums[order - 1])
        scorer?.add(ids)
      }
    }
    var sum = 0.0
    for order in sums.indices { sum += sums[order] }
    return weight(sum: sum, logOdds: logOdds)
  }

  /// Counts for ``count(_:in:)``, folded for divergences.
  var emptyCounts: FeatureCounts {
    Divergence.emptyCounts(bucketCount: model.features.bucketCount)
  }

  /// Counts the document's features and tokens.
  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {
    counts.addDocument(text, featurizer: &featurizer)
  }

  private var logOdds: Double {
    switch scorer {
    case .some(let scorer): scorer.logOdds
    case .none: 0
    }
  }

  private func weight(sum: Double, logOdds: Double) -> DocumentWeight {
    let tokenCount = featurizer.tokenCount
    let normalized = model.normalization.apply(
      to: sum, featureCount: model.features.featureCount(tokenCount: tokenCount))
    let (logWeight, value) =
      switch model.estimator {
      case .ratio, .shrunk: (sum, normalized)
      case .logistic: (logOdds, logOdds)
      case .blend: (normalized + logOdds, normalized + logOdds)
      }
    return DocumentWeight(
      logWeight: logWeight, value: value, logOdds: logOdds, tokenCount: tokenCount,
      length: model.features.documentLength(tokenCount: tokenCount))
  }
}
