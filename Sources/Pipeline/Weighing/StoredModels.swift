internal import Featurizing
internal import Platform
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

  /// Reads the models, the pool's beside the targets' if there are two threads for it.
  ///
  /// - Throws: ``PipelineError``
  init(_ settings: WeighSettings) throws {
    shards = try Inputs(settings.targetModels.map(\.path) + [settings.poolModel]).shards
    // An error of the pool's model is reported first, whichever is found first.
    let pool: Result<StoredModel, any Error>
    let targets: Result<[Target], any Error>
    do throws(SystemError) {
      (pool, targets) = try Threads.both(
        threadCount: settings.reading.threadCount, { Result { try Self.pool(settings) } },
        { Result { try Self.targets(settings) } })
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    self.pool = try pool.get()
    self.targets = try targets.get()
    for target in self.targets {
      do throws(FittedModel.Mismatch) {
        try target.stored.model.checkFeatures(match: self.pool.model)
        // The regression's samples prefer documents of that length.
        try target.stored.model.checkMinimumLength(matches: self.pool.model)
      } catch {
        throw PipelineError.models(
          .mismatch(path: self.pool.path, otherPath: target.stored.path, error))
      }
    }
    try check(settings.estimator)
  }

  private static func pool(_ settings: WeighSettings) throws -> StoredModel {
    try StoredModel(reading: settings.poolModel, limits: settings.reading.limits)
  }

  private static func targets(_ settings: WeighSettings) throws -> [Target] {
    try settings.targetModels.map { named in
      Target(
        name: named.name,
        stored: try StoredModel(reading: named.path, limits: settings.reading.limits))
    }
  }

  private func check(_ estimator: EstimatorSettings) throws(PipelineError) {
    let isCompatible = pool.model.settings.hashing == .sha256
    guard isCompatible == (estimator.compatibility == .dsir) else {
      throw .models(.otherHashing(path: pool.path, needsCompatibility: isCompatible))
    }
    for stored in targets.map(\.stored) + [pool] {
      guard stored.model.counts.featureCount > 0 else {
        throw .models(
          .empty(path: stored.path, documentCount: stored.model.counts.documentCount))
      }
      if estimator.kind.usesRegression, stored.model.sample == nil {
        throw .models(.noSample(path: stored.path))
      }
    }
  }

  /// - Parameter threadCount: with two or more, regressions are trained while all else is estimated.
  func weighingModel(_ settings: EstimatorSettings, threadCount: Int) throws -> WeighingModel {
    let samples = TrainingSamples(
      targets: targets.map { $0.stored.model.sample },
      pool: settings.kind.usesRegression ? pool.model.sample : nil)
    var (regressions, model) = try samples.train(threadCount: threadCount) {
      WeighingModel(
        features: pool.model.settings, tables: UnicodeTables(), estimator: settings.kind,
        normalization: settings.normalization,
        targets: targets.map { target in
          TargetModel(
            name: target.name, target: target.stored.model.counts, pool: pool.model.counts,
            settings)
        })
    }
    for index in targets.indices { model.targets[index].regression = regressions[index] }
    return model
  }

  /// The settings of a file of candidates, which has one target: see ``WeighSettings/Product``.
  func candidateSettings(
    _ wanted: WeighSettings.CandidateSettings, _ settings: WeighSettings
  ) -> CandidateFile.Settings {
    let estimator = settings.estimator
    return CandidateFile.Settings(
      seed: wanted.seed, topK: !wanted.addsNoise, temperature: wanted.temperature,
      count: wanted.count, logisticShare: wanted.logisticShare,
      minimumTokenCount: wanted.minimumTokenCount, estimator: estimator.kind.rawValue,
      normalization: estimator.normalization.rawValue, smoothing: estimator.pseudocount,
      targetSmoothing: estimator.targetPseudocount,
      compatibility: estimator.compatibility?.rawValue,
      targetModel: targets[0].stored.contentHash, poolModel: pool.contentHash,
      textField: settings.reading.textField)
  }
}
