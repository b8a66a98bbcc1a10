internal import Featurizing
internal import Platform
package import Weighting

/// How weights are estimated from what was fitted.
package struct EstimatorSettings: Sendable, Equatable {
  package var kind = Estimator.blend
  package var normalization = Normalization.sqrt
  /// The pool's pseudocount, and the prior of shrunk log-ratios.
  package var pseudocount = 1.0
  package var targetPseudocount = 1.0
  package var compatibility: Compatibility?

  package init() {}

  /// The text that identifies these settings in records of earlier runs. It must never change:
  /// results in a work directory are found again by it.
  var fingerprint: String {
    "EstimatorSettings(estimator: Weighting.Estimator.\(kind.rawValue), "
      + "normalization: Weighting.Normalization.\(normalization.rawValue), "
      + "pseudocount: \(pseudocount), targetPseudocount: \(targetPseudocount), compatibility: "
      + (compatibility.map { "Optional(Pipeline.Compatibility.\($0.rawValue))" } ?? "nil") + ")"
  }
}

/// All that a document's weights depend on, besides its text.
struct WeighingModel: Sendable {
  var features: FeatureSettings
  var tables: UnicodeTables
  var estimator: Estimator
  var normalization: Normalization
  /// One or more.
  var targets: [TargetModel]
}

/// What is known of one target against the pool.
struct TargetModel: Sendable {
  /// nil where there is only one.
  var name: String?
  /// There for every estimator that uses log-ratios.
  var logRatios: LogRatioTable?
  /// There for every estimator that uses the regression.
  var regression: LogisticModel?

  /// Estimates log-ratios.
  init(
    name: String?, target: FeatureCounts, pool: FeatureCounts, _ settings: EstimatorSettings
  ) {
    self.name = name
    switch settings.kind {
    case .ratio:
      let floor = settings.compatibility?.weightFloor ?? 0
      logRatios = LogRatioTable(
        target: BucketDistribution(target, pseudocount: settings.targetPseudocount, floor: floor),
        pool: BucketDistribution(pool, pseudocount: settings.pseudocount, floor: floor))
    case .shrunk, .blend:
      logRatios = LogRatioTable(shrinking: target, pool: pool, prior: settings.pseudocount)
    case .logistic: logRatios = nil
    }
  }
}

/// What regressions learn from.
struct TrainingSamples: Sendable {
  /// nil where there is none: then nothing is learned.
  var targets: [DocumentSample?]
  var pool: DocumentSample?

  /// Learns to tell each target from the pool.
  func train() -> [LogisticModel?] {
    targets.map { target in
      guard let target, let pool else { return nil }
      return LogisticTrainer(target: target, pool: pool).train()
    }
  }

  /// Trains, and does `work` meanwhile if there are two threads for it, or else before.
  func train<Result>(
    threadCount: Int, while work: () -> Result
  ) throws(PipelineError) -> ([LogisticModel?], Result) {
    do throws(SystemError) { return try Threads.both(threadCount: threadCount, train, work) } catch
    {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
  }
}
