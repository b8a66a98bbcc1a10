internal import Featurizing
internal import Platform
internal import Reading
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

  /// Reads the models, the pool's and the targets' at the same time if there are two threads.
  ///
  /// - Throws: ``PipelineError``
  init(
    targets names: [NamedModel], pool path: String, _ estimator: EstimatorSettings,
    _ reading: ReadingSettings
  ) throws {
    shards = try Inputs(names.map(\.path) + [path]).shards
    // Report an error of the pool's model first, even if it is found later.
    let pool: Result<StoredModel, any Error>
    let targets: Result<[Target], any Error>
    do throws(SystemError) {
      (pool, targets) = try Threads.both(
        threadCount: reading.threadCount,
        { Result { try StoredModel(reading: path, limits: reading.limits) } },
        { Result { try Self.targets(names, reading.limits) } })
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    self.pool = try pool.get()
    self.targets = try targets.get()
    for target in self.targets {
      do throws(FittedModel.Mismatch) {
        try target.stored.model.checkFeatures(match: self.pool.model)
        // Samples prefer documents that aren't short.
        try target.stored.model.checkMinimumLength(matches: self.pool.model)
      } catch {
        throw PipelineError.models(
          .mismatch(path: self.pool.path, otherPath: target.stored.path, error))
      }
    }
    try check(estimator)
  }

  private static func targets(_ names: [NamedModel], _ limits: ReadingLimits) throws -> [Target] {
    try names.map { named in
      Target(name: named.name, stored: try StoredModel(reading: named.path, limits: limits))
    }
  }

  private func check(_ estimator: EstimatorSettings) throws(PipelineError) {
    let isCompatible = pool.model.settings.hashing == .sha256
    guard isCompatible == (estimator.compatibility == .dsir) else {
      throw .models(.otherHashing(path: pool.path, needsCompatibility: isCompatible))
    }
    for stored in targets.map(\.stored) + [pool] {
      try stored.checkHasFeatures()
      if estimator.kind.components.needSamples, stored.model.sample == nil {
        throw .models(.noSample(path: stored.path))
      }
    }
  }

  /// - Parameters:
  ///   - additions: the fields whose numbers are added to log weights.
  ///   - threadCount: with two or more, components that need samples are trained while those that
  ///     need counts are estimated.
  /// - Throws: ``PipelineError``
  func weighingModel(
    _ settings: EstimatorSettings, _ additions: [FieldTerm] = [], threadCount: Int
  ) throws(PipelineError) -> WeighingModel {
    let components = settings.kind.components
    let samples = TrainingSamples(
      targets: targets.map { $0.stored.model.sample },
      pool: components.needSamples ? pool.model.sample : nil, features: pool.model.settings)
    var (trained, model) = try samples.train(settings, threadCount: threadCount) {
      var model = WeighingModel(
        features: pool.model.settings, tables: UnicodeTables(), components: components)
      for target in targets {
        model.addTarget(
          target.name, counts: target.stored.model.counts, pool: pool.model.counts, settings)
      }
      return model
    }
    model.merge(trained)
    guard !additions.isEmpty else { return model }
    let fields = pool.model.fieldSample?.fields ?? []
    if let missing = additions.first(where: { !fields.contains($0.field) }) {
      throw .models(.noFieldSample(path: pool.path, field: missing.field))
    }
    if let sample = pool.model.fieldSample {
      model.addition = try FieldAddition(additions, model, sample)
    }
    return model
  }
}
