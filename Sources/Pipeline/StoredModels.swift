internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// The models that documents are weighed by, checked to go together.
struct StoredModels: Sendable {
  struct Target: Sendable {
    var name: String?
    var stored: StoredModel
  }

  var targets: [Target]
  var pool: StoredModel
  /// The files, which no output may replace.
  var shards: [Shard]

  /// - Throws: ``PipelineError``
  init(_ settings: WeighSettings) throws {
    let limits = settings.reading.limits
    shards = try SelectInput(settings.targetModels.map(\.path) + [settings.poolModel]).shards
    pool = try StoredModel(reading: settings.poolModel, limits: limits)
    targets = []
    for named in settings.targetModels {
      let stored = try StoredModel(reading: named.path, limits: limits)
      do throws(ModelFile.Mismatch) {
        try stored.model.checkFeatures(match: pool.model)
        // The regression's samples prefer documents of that length.
        try stored.model.checkMinimumLength(matches: pool.model)
      } catch {
        throw PipelineError.mismatch(path: pool.path, otherPath: named.path, error)
      }
      targets.append(Target(name: named.name, stored: stored))
    }
    try check(settings.weights)
  }

  private func check(_ weights: EstimatorSettings) throws(PipelineError) {
    let isCompatible = pool.model.settings.hashing == .sha256
    guard isCompatible == (weights.compatibility == .dsir) else {
      throw .otherHashing(path: pool.path, needsCompatibility: isCompatible)
    }
    for stored in targets.map(\.stored) + [pool] {
      guard stored.model.counts.featureCount > 0 else { throw .emptyModel(path: stored.path) }
      if weights.estimator.usesRegression, stored.model.sample == nil {
        throw .noSample(path: stored.path)
      }
    }
  }

  func weighingModel(_ settings: EstimatorSettings) -> WeighingModel {
    WeighingModel(
      features: pool.model.settings, tables: UnicodeTables(), estimator: settings.estimator,
      normalization: settings.normalization,
      targets: targets.map { target in
        var model = TargetModel(
          name: target.name, target: target.stored.model.counts, pool: pool.model.counts, settings)
        if settings.estimator.usesRegression {
          model.train(target: target.stored.model.sample, pool: pool.model.sample)
        }
        return model
      })
  }

  /// - Precondition: there is one target, and the temperature is fixed.
  func candidateSettings(
    _ wanted: WeighSettings.CandidateSettings, _ settings: WeighSettings
  ) -> CandidateFile.Settings {
    guard targets.count == 1, case .fixed(let temperature) = wanted.draw.temperature else {
      preconditionFailure("the command line doesn't let this pass")
    }
    let weights = settings.weights
    return CandidateFile.Settings(
      seed: wanted.draw.seed, topK: !wanted.draw.addsNoise, temperature: temperature,
      count: wanted.count, logisticShare: wanted.draw.logisticShare,
      minimumTokenCount: wanted.draw.minimumTokenCount, estimator: weights.estimator.rawValue,
      normalization: weights.normalization.rawValue, smoothing: weights.pseudocount,
      targetSmoothing: weights.targetPseudocount,
      compatibility: weights.compatibility?.rawValue,
      targetModel: targets[0].stored.contentHash, poolModel: pool.contentHash,
      textField: settings.reading.textField)
  }
}
