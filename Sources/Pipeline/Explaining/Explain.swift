internal import Featurizing
internal import Reading
internal import Weighting

/// Shows which n-grams a document's log weight is made of, or what weighs most in a target: `dsel explain`.
package struct Explain: Sendable {
  let settings: ExplainSettings
  let progress: ProgressMeter

  package init(_ settings: ExplainSettings, progress: ProgressMeter) {
    self.settings = settings
    self.progress = progress
  }

  /// The models, and all that a weight needs.
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
    var explanation = Explanation(
      dselVersion: settings.version, settings: .init(settings, models.weighing.features),
      targetModel: .init(models.target), poolModel: .init(models.pool),
      buckets: .init(BucketLoad(models.target, models.pool)), skippedLines: [:])
    // Without documents the target, which was fitted first, is read again.
    let told = passes.dropFirst(settings.documents.isEmpty ? 1 : 0)
    for pass in told { explanation.skip(in: pass) }
    if settings.documents.isEmpty {
      try explainTarget(texts, models, in: &explanation)
    } else {
      try explainDocuments(documents, models, in: &explanation)
    }
    return explanation
  }

  // MARK: Models

  private func stored(_ target: String, _ pool: String) throws -> Models {
    let named = NamedModel(name: nil, path: target)
    var weigh = WeighSettings(.weights(targets: [named]), poolModel: pool, pool: [])
    weigh.reading = settings.reading
    weigh.estimator = settings.estimator
    let stored = try StoredModels(weigh)
    return Models(
      target: stored.targets[0].stored.model.counts, pool: stored.pool.model.counts,
      weighing: try stored.weighingModel(
        settings.estimator, threadCount: settings.reading.threadCount))
  }

  private func fitted(
    _ targets: Inputs, _ pool: Inputs, _ passes: inout [PassReport]
  ) throws -> Models {
    var step = FitStep(
      workers: settings.reading.workers(progress), features: settings.features,
      tables: UnicodeTables(), minimumLength: settings.minimumTokenCount,
      keepsSample: settings.estimator.kind.usesRegression)
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
      guard outcome.counts.documentCount > 0 else {
        throw PipelineError.input(.empty(role: role, skippedLines: report.skippedCount))
      }
      guard outcome.counts.featureCount > 0 else {
        throw PipelineError.input(.noTokens(role: role))
      }
      outcomes.append(outcome)
    }
    var model = TargetModel(
      name: nil, target: outcomes[0].counts, pool: outcomes[1].counts, settings.estimator)
    let samples = TrainingSamples(targets: [outcomes[0].sample], pool: outcomes[1].sample)
    model.regression = samples.train()[0]
    return Models(
      target: outcomes[0].counts, pool: outcomes[1].counts,
      weighing: WeighingModel(
        features: settings.features, tables: UnicodeTables(),
        estimator: settings.estimator.kind, normalization: settings.estimator.normalization,
        targets: [model]))
  }

  // MARK: Documents

  private func explainDocuments(
    _ input: Inputs, _ models: Models, in explanation: inout Explanation
  ) throws {
    var explainer = DocumentExplainer(models.weighing)
    var documents: [Explanation.Document] = []
    var hasMore = false
    let lines = DocumentLines(reading: settings.reading)
    if let line = settings.line {
      let document = try lines.document(at: line, of: input.shards[0]) { place, text in
        explained(explainer.explain(text), place, models)
      }
      documents.append(document)
    } else {
      let report = try lines.forEach(input.shards) { place, text in
        guard documents.count < ExplainSettings.documentLimit else {
          hasMore = true
          return false
        }
        documents.append(explained(explainer.explain(text), place, models))
        return true
      }
      explanation.skip(report)
      guard !documents.isEmpty else {
        throw PipelineError.input(.empty(role: .input, skippedLines: report.skippedCount))
      }
    }
    explanation.documents = documents
    explanation.moreDocuments = hasMore
  }

  private func explained(
    _ outcome: borrowing DocumentExplainer.Outcome, _ place: DocumentLines.Place, _ models: Models
  ) -> Explanation.Document {
    let estimator = settings.estimator.kind
    let parts = outcome.parts
    var ofBucket: [Int: [String]] = [:]
    for part in parts { ofBucket[part.ngram.bucket, default: []].append(part.ngram.text) }
    func shown(_ part: DocumentExplainer.Part) -> Explanation.NGram {
      let own = Array(part.ngram.text.utf8)
      let others = (ofBucket[part.ngram.bucket] ?? []).filter { Array($0.utf8) != own }
      return Explanation.NGram(
        ngram: shownNGram(part.ngram.text), order: part.ngram.order, bucket: part.ngram.bucket,
        count: part.ngram.count, targetCount: Int(models.target.counts[part.ngram.bucket]),
        poolCount: Int(models.pool.counts[part.ngram.bucket]),
        logRatio: estimator.usesLogRatios ? part.logRatio : nil,
        contribution: part.contribution,
        byLogRatio: estimator.usesLogRatios ? part.byLogRatio : nil,
        byRegression: estimator.usesRegression ? part.byRegression : nil,
        sharesBucketWith: others.map { shownNGram($0) })
    }
    // Sorting is stable: of equal contributions that comes first which does in the document.
    let sorted = parts.enumerated().sorted {
      let (one, other) = ($0.element.contribution, $1.element.contribution)
      return one == other ? $0.offset < $1.offset : one > other
    }.map(\.element)
    return Explanation.Document(
      file: place.file, line: place.line, tokens: outcome.size.tokenCount,
      features: outcome.size.featureCount, logWeight: outcome.logWeight,
      byLogRatio: estimator.usesLogRatios ? parts.reduce(0) { $0 + $1.byLogRatio } : nil,
      byRegression: estimator.usesRegression ? parts.reduce(0) { $0 + $1.byRegression } : nil,
      bias: estimator.usesRegression ? outcome.bias : nil, differentNgrams: parts.count,
      ngramsThatShareABucket: ofBucket.values.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) },
      up: sorted.lazy.filter { $0.contribution > 0 }.prefix(settings.top).map { shown($0) },
      down: sorted.reversed().lazy.filter { $0.contribution < 0 }.prefix(settings.top)
        .map { shown($0) })
  }
}

extension Explanation {
  /// Notes what was skipped of what is explained.
  mutating func skip(_ report: PassReport) {
    skippedLines = report.skippedByReason
    skip(in: report)
  }

  /// Notes in which files lines were skipped.
  mutating func skip(in report: PassReport) {
    for shard in report.shards {
      guard let skipped = shard.skippedRecord else { continue }
      skippedFiles =
        (skippedFiles ?? []) + [SkippedFile(path: shard.name, skippedLines: skipped)]
    }
  }
}
