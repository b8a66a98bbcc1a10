internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Counts the n-grams of the targets and the pool, and samples their documents.
extension Select {
  struct Fitted {
    var outcome: FitStep.Outcome
    var report: PassReport
  }

  /// The fields that are read from the pool, besides the text.
  var poolFields: [String] {
    stratumFields + tokensFields + settings.additions.map(\.field)
  }
  private var stratumFields: [String] { settings.stratify.map { [$0.field] } ?? [] }
  private var tokensFields: [String] { settings.tokensField.map { [$0] } ?? [] }
  /// The index of the number of tokens; nil if they are counted.
  private var tokensField: Int? { settings.tokensField.map { _ in stratumFields.count } }
  /// The index of the first field that is added to log weights.
  private var firstAddedField: Int { stratumFields.count + tokensFields.count }

  /// A reader of the pool's log weights, for workers that read ``poolFields``.
  func weightReader(_ model: WeighingModel, _ exclusion: Exclusion? = nil) -> ModelWeightReader {
    var reader = ModelWeightReader(model, exclusion, firstField: firstAddedField)
    if let tokensField { reader.tokensField = (tokensField, poolFields[tokensField]) }
    return reader
  }

  func fit(_ files: OpenFiles, _ clock: StepClock) throws -> (targets: [Fitted], pool: Fitted) {
    let targets = try files.targets.map { target in
      try clock.time(.fitTarget) {
        begin(.fitTarget, target, .none)
        return try PipelineError.inTarget(true) { try fit(target, targetStep, role: .target) }
      }
    }
    try checkRoom(targets, files.pool)
    let pool = try clock.time(.fitPool) {
      begin(.fitPool, files.pool, .next)
      return try fit(files.pool, poolStep, role: .pool)
    }
    return (targets, pool)
  }

  var targetStep: FitStep {
    var step = step
    step.workers.textField = settings.targetTextField ?? settings.reading.textField
    step.keepsTexts = true
    step.textCapacity = textCapacity
    return step
  }

  /// Excluding texts is exact, so all must be known.
  var textCapacity: Int {
    settings.exclude.excludesTarget ? TextHashes.unlimited : TextHashes.capacity
  }

  private var poolStep: FitStep {
    var step = step
    step.workers.fields = poolFields
    step.sampledFields = settings.additions.map(\.field)
    step.tokensField = tokensField
    // The remainder must know which lines lack a number.
    if hasInvalidRemainder { step.workers.keepsRejects = true }
    step.countsStrata = settings.stratify != nil
    step.countsStratumFeatures = findsMixture
    step.fit(settings.fittedShare)
    return step
  }

  /// Whether lines with a text may be invalid when the remainder is copied.
  var hasInvalidRemainder: Bool {
    settings.outputs.remainder != nil
      && !(settings.additions.isEmpty && settings.tokensField == nil)
  }

  private var step: FitStep {
    var workers = settings.reading.workers(progress)
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil
    return FitStep(
      workers: workers, features: settings.features, tables: .shared,
      minimumLength: settings.draw.minimumTokenCount,
      maximumLength: settings.draw.maximumTokenCount,
      keepsSample: settings.estimator.kind.components.needSamples)
  }

  private func fit(_ input: Inputs, _ step: FitStep, role: InputRole) throws -> Fitted {
    let (outcome, report) = try step.run(input.shards)
    try report.checkHasDocuments(role)
    guard outcome.counts.featureCount > 0 else {
      guard step.fitted != nil else { throw PipelineError.input(.noTokens(role: role)) }
      throw PipelineError.fitting(
        .emptyFitSample(
          share: settings.fittedShare, chosen: outcome.counts.documentCount,
          documentCount: report.documentCount))
    }
    return Fitted(outcome: outcome, report: input.corrected(report))
  }
}
