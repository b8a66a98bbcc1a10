internal import Featurizing
internal import Judging
internal import Reading
internal import Resampling
internal import Weighting

/// Finds the size of the selection, if it isn't given.
extension Select {
  /// More tokens of the half that is predicted aren't needed.
  private static let mostPredictedTokens = Double(1 << 21)

  /// The number of passes over the pool for some sizes: to read the words of what was chosen, and
  /// for sets the features of the candidates.
  var searchPassCountOfStage: Int { settings.objective == nil ? 1 : 2 }

  /// - Returns: nil if the size is given.
  func searchSize(
    _ fitted: (targets: [Fitted], pool: Fitted), _ mixture: Mixture, _ files: OpenFiles,
    _ clock: StepClock
  ) throws -> SizeSearchRecord? {
    guard let search = settings.sizeSearch else { return nil }
    return try clock.time(.searchSize) {
      let (target, counts) = (files.targets[0], fitted.targets[0].outcome.counts)
      let share = Self.mostPredictedTokens / Double(max(1, counts.tokenCount / 2))
      let halves = TargetHalves(seed: settings.draw.seed, predictedShare: min(1, share))
      let first = try fitHalf(target, halves, counts)
      let (vocabulary, predicted) = try readHalf(target, halves, counts)
      // What the steps inside take isn't that of the run's steps.
      let inner = StepClock()
      let trained = try train(([first], fitted.pool), inner)
      let sizes = search.sizes(trained.eligible)
      let plan = try plan(
        trained, mixture, search.size(sizes.largest), files.pool, inner)
      let source = RememberedFeatures(
        poolFeatures(files), room: spoolRoom)
      let predictedTexts = Set(predicted.documents.map(\.identity))
      let selector = SizeSearch(
        settings: search, sizes: sizes,
        makeSelector: { self.selector(plan.recipe, $0, trained, files, source) },
        words: SelectionWords(
          shards: files.pool.shards, workers: settings.reading.workers(progress),
          leavesOut: { predictedTexts.contains($0) }),
        vocabulary: vocabulary, predicted: predicted, threadCount: settings.reading.threadCount,
        passCountOfStage: searchPassCountOfStage)
      // Which size is best hardly depends on a few documents.
      _ = try draw(
        plan, trained, files, inner, selector: selector, leavesNearDuplicatesOut: false)
      return selector.record(selectedBy: first.outcome.counts)
    }
  }

  /// Fits the half of the target that selects.
  private func fitHalf(
    _ target: Inputs, _ halves: TargetHalves, _ whole: FeatureCounts
  ) throws -> Fitted {
    begin(.fitTarget, target, .none)
    var step = targetStep
    step.fitted = halves.selecting
    let (outcome, report) = try PipelineError.inTarget(true) { try step.run(target.shards) }
    try SizeSearch.check(outcome.counts.documentCount, outcome.counts.tokenCount, of: whole)
    return Fitted(outcome: outcome, report: report)
  }

  /// Reads the half of the target that is predicted.
  private func readHalf(
    _ target: Inputs, _ halves: TargetHalves, _ whole: FeatureCounts
  ) throws -> (Vocabulary, WordSequences) {
    begin(.readHeldout, target, .none)
    let workers = settings.reading.with(textField: settings.targetTextField).workers(progress)
    let tables = UnicodeTables()
    let (results, _) = try PipelineError.inTarget(true) {
      try workers.run(target.shards) { WordCollector(tables) { halves.isPredicted($0) } }
    }
    var vocabulary = Vocabulary()
    let words = WordSequences(joining: results, into: &vocabulary)
    try SizeSearch.check(words.documents.count, words.wordCount, of: whole)
    return (vocabulary, words)
  }
}
