internal import Featurizing
internal import Reading
internal import Weighting

/// Shows the n-grams that weigh most in a document or a target: `dsel explain`.
///
/// Those of a document make up its log weight.
package struct Explain: Sendable {
  let settings: ExplainSettings
  let progress: ProgressMeter

  package init(_ settings: ExplainSettings, progress: ProgressMeter) {
    self.settings = settings
    self.progress = progress
  }

  /// The counts that are shown, and the model that weighs.
  struct Models {
    var target: FeatureCounts
    var pool: FeatureCounts
    var weighing: WeighingModel
  }

  /// - Throws: ``PipelineError``
  package func run() throws -> Explanation {
    var texts = try Inputs(settings.texts, settings.reading)
    let documents = try Inputs(settings.documents, settings.reading)
    let models: Models
    var passes: [PassReport] = []
    switch settings.models {
    case .files(let target, let pool): models = try stored(target, pool)
    case .fitted(_, let pool):
      // The target is read again for its n-grams.
      if settings.documents.isEmpty { try texts.spool(settings.reading, progress) }
      models = try fitted(texts, Inputs(pool, settings.reading), &passes)
    }
    progress.begin(.explain, totalStoredByteCount: nil)
    // Without documents, the target is read again. It was fitted first.
    let fits = passes.dropFirst(settings.documents.isEmpty ? 1 : 0)
    var explanation = try explain(documents, or: texts, by: models, after: Array(fits))
    var fitted = PassReport()
    for pass in passes { fitted.add(pass) }
    explanation.missingFields = fitted.missingFields
    return explanation
  }

  /// Explains the documents or, if there are none, the target's buckets that weigh most.
  ///
  /// - Parameters:
  ///   - texts: the target's documents, whose n-grams are shown.
  ///   - fits: earlier passes, whose skipped lines are reported.
  /// - Throws: ``PipelineError``
  func explain(
    _ documents: Inputs, or texts: Inputs, by models: Models, after fits: [PassReport] = []
  ) throws -> Explanation {
    var explanation = Explanation(
      dselVersion: settings.version, settings: .init(settings, models.weighing.features),
      targetModel: .init(models.target), poolModel: .init(models.pool),
      buckets: .init(BucketLoad(models.target, models.pool)), skippedLines: [:])
    for fit in fits { fit.addSkippedFiles(to: &explanation.skippedFiles) }
    if documents.shards.isEmpty {
      try explainTarget(texts, models, in: &explanation)
    } else {
      try explainDocuments(documents, models, in: &explanation)
    }
    return explanation
  }
}
