internal import Featurizing
internal import Weighting

/// A document, weighed for one target.
struct DocumentWeight {
  /// The log importance weight: what is drawn by, before temperature and noise.
  var logWeight = 0.0
  /// The regression's part of it, if there is one.
  var logOdds = 0.0
}

/// How long a document is.
struct DocumentSize {
  var tokenCount: Int
  var featureCount: Int
  /// What a minimum length is held against.
  var length: Int
}

/// Weighs documents, in scratch memory of its own.
struct DocumentWeigher: ~Copyable {
  private let model: WeighingModel
  private var featurizer: Featurizer
  private var scorers: [LogisticScorer]
  /// One sum a target and order, so that the order of additions doesn't depend on where blocks end.
  private var sums: [Double]
  /// The log odds of the document that was weighed last, one a target; none without regressions.
  private var logOdds: [Double]

  init(_ model: WeighingModel) {
    self.model = model
    featurizer = Featurizer(model.features, tables: model.tables)
    var scorers: [LogisticScorer] = []
    for target in model.targets {
      guard let regression = target.regression else { continue }
      scorers.append(LogisticScorer(regression, bucketCount: model.features.bucketCount))
    }
    self.scorers = scorers
    logOdds = Array(repeating: 0, count: scorers.count)
    precondition(scorers.isEmpty || scorers.count == model.targets.count)
    sums = Array(repeating: 0, count: model.targets.count * model.features.maximumOrder)
  }

  /// Weighs a document for all targets. ``subscript(_:)`` gives the weights, until the next document.
  mutating func weigh(_ text: Span<UInt8>) -> DocumentSize {
    let orderCount = model.features.maximumOrder
    for index in sums.indices { sums[index] = 0 }
    for target in scorers.indices { scorers[target].begin() }
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...orderCount {
        let ids = featurizer.features(order: order)
        for target in model.targets.indices {
          model.targets[target].logRatios?
            .addLogRatios(of: ids, to: &sums[target * orderCount + order - 1])
        }
      }
      // The regression sees single tokens only.
      let ids = featurizer.features(order: 1)
      for target in scorers.indices { scorers[target].add(ids) }
    }
    for target in scorers.indices { logOdds[target] = scorers[target].logOdds() }
    let tokenCount = featurizer.tokenCount
    return DocumentSize(
      tokenCount: tokenCount, featureCount: model.features.featureCount(tokenCount: tokenCount),
      length: model.features.documentLength(tokenCount: tokenCount))
  }

  /// The weight of the document that was weighed last, for a target.
  subscript(target: Int) -> DocumentWeight {
    let logOdds = logOdds.isEmpty ? 0 : logOdds[target]
    guard model.estimator != .logistic else {
      return DocumentWeight(logWeight: logOdds, logOdds: logOdds)
    }
    var sum = 0.0
    for order in 0..<model.features.maximumOrder {
      sum += sums[target * model.features.maximumOrder + order]
    }
    let normalized = model.normalization.apply(
      to: sum, featureCount: model.features.featureCount(tokenCount: featurizer.tokenCount))
    return DocumentWeight(logWeight: normalized + logOdds, logOdds: logOdds)
  }

  /// The log weight of one document for one target.
  mutating func logWeight(of text: Span<UInt8>, target: Int) -> Double {
    _ = weigh(text)
    return self[target].logWeight
  }

  /// Counts for ``count(_:in:)``, one a target, folded for divergences.
  var emptyCounts: [FeatureCounts] {
    model.targets.map { _ in Divergence.emptyCounts(bucketCount: model.features.bucketCount) }
  }

  /// Counts the document's features and tokens.
  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {
    counts.addDocument(text, featurizer: &featurizer)
  }
}
