internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

extension SelectManifest.Settings {
  /// - Parameter size: of the selection, which may have been found.
  init(
    _ settings: SelectSettings, _ size: SelectionSize, temperature: Double,
    _ addition: FieldAddition?, _ strata: StratifySettings?
  ) {
    let size: [ExactString: Double] =
      switch size {
      case .documents(let count): ["count": Double(count)]
      case .fraction(let share): ["fraction": share]
      case .tokens(let count): ["tokens": Double(count)]
      case .bytes(let count): ["bytes": Double(count)]
      }
    let objective = ObjectiveRecord(settings.objective, settings.base)
    let exclude = settings.exclude
    self.init(
      textField: settings.reading.textField.expression,
      targetTextField: settings.targetTextField?.expression,
      textJoin: settings.reading.textField.otherJoint ?? settings.targetTextField?.otherJoint,
      compat: settings.estimator.compatibility?.rawValue,
      objective: objective,
      estimator: settings.estimator.kind.rawValue,
      tokenizer: settings.features.tokenizer.rawValue,
      unicodeVersion: UnicodeTables.version, ngrams: settings.features.maximumOrder,
      buckets: settings.features.bucketCount, hashing: settings.features.hashing.rawValue,
      smoothing: settings.estimator.pseudocount,
      targetSmoothing: settings.estimator.targetPseudocount,
      floor: settings.estimator.compatibility?.weightFloor ?? 0, size: size,
      tokensField: settings.tokensField,
      add: AdditionRecord(addition),
      topK: !settings.draw.addsNoise, temperature: temperature,
      temperatureGoal: Self.goal(settings.draw.temperature),
      normalize: settings.estimator.normalization.rawValue,
      logisticShare: settings.draw.logisticShare, replay: settings.replay,
      fitSample: settings.fittedShare,
      stratify: settings.stratify?.field, mixture: strata?.mixture,
      mixtureTemperature: settings.stratify?.temperature, fill: settings.stratify?.fills,
      minTokens: settings.draw.minimumTokenCount, maxTokens: settings.draw.maximumTokenCount,
      minWeight: settings.draw.minimumLogWeight, minQuantile: settings.draw.minimumQuantile,
      exclude: exclude.paths.isEmpty ? nil : exclude.paths,
      excludeNgram: exclude.paths.isEmpty ? nil : exclude.gramLength,
      excludeTextField: exclude.textField?.expression,
      excludeTarget: exclude.excludesTarget ? true : nil,
      nearDuplicates: settings.nearDuplicates,
      duplicates: settings.draw.keepsDuplicates ? "keep" : "drop",
      onError: settings.reading.errorPolicy == .skip ? "skip" : "fail",
      annotate: settings.annotates, annotateWith: settings.statistics.names,
      compress: settings.outputs.container.rawValue,
      maxLineBytes: settings.reading.limits.maximumLine,
      maxWindow: settings.reading.limits.maximumWindow)
  }

  private static func goal(_ temperature: DrawSettings.Temperature) -> [ExactString: Double]? {
    switch temperature {
    case .fixed: nil
    // Without a size, the goal is the number of documents drawn: 1 for each.
    case .effectiveSampleSize(let size):
      size.map { ["effective_size": $0] } ?? ["effective_size_per_document": 1]
    case .overlap(let share): ["overlap": share]
    }
  }
}
