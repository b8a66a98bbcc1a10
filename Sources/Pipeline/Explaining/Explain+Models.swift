internal import Featurizing
internal import Weighting

/// Reads or fits the models.
extension Explain {
  func stored(_ target: String, _ pool: String) throws -> Models {
    let stored = try StoredModels(
      targets: [NamedModel(name: nil, path: target)], pool: pool, settings.estimator,
      settings.reading)
    return Models(
      target: stored.targets[0].stored.model.counts, pool: stored.pool.model.counts,
      weighing: try stored.weighingModel(
        settings.estimator, threadCount: settings.reading.threadCount))
  }

  func fitted(
    _ targets: Inputs, _ pool: Inputs, _ passes: inout [PassReport]
  ) throws -> Models {
    var step = FitStep(
      workers: settings.reading.workers(progress), features: settings.features,
      tables: UnicodeTables(), minimumLength: settings.minimumTokenCount,
      keepsSample: settings.estimator.kind.components.needSamples)
    var outcomes: [FitStep.Outcome] = []
    for (input, name, role) in [
      (targets, Step.fitTarget, InputRole.target), (pool, .fitPool, .pool),
    ] {
      progress.begin(name, totalStoredByteCount: input.totalStoredByteCount)
      let isTarget = role == .target
      step.workers.textField =
        isTarget
        ? settings.targetTextField ?? settings.reading.textField : settings.reading.textField
      let (outcome, report) = try PipelineError.inTarget(isTarget) { [step] in
        try step.run(input.shards)
      }
      passes.append(report)
      try report.checkHasFeatures(outcome.counts, role)
      outcomes.append(outcome)
    }
    let estimator = settings.estimator
    var weighing = WeighingModel(
      features: settings.features, tables: UnicodeTables(), components: estimator.kind.components)
    weighing.addTarget(nil, counts: outcomes[0].counts, pool: outcomes[1].counts, estimator)
    let samples = TrainingSamples(
      targets: [outcomes[0].sample], pool: outcomes[1].sample, features: settings.features)
    weighing.merge(samples.train(estimator))
    return Models(
      target: outcomes[0].counts, pool: outcomes[1].counts, weighing: weighing)
  }
}
