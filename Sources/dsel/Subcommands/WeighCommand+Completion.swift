import ArgumentParser
import Pipeline
import Reporting

/// `dsel weigh --candidates-from`: gives candidates their n-grams.
extension WeighCommand {
  /// - Parameters:
  ///   - keys: the file of keys.
  ///   - pool: the pool's files.
  /// - Throws: `ValidationError`
  func validateCompletion(_ keys: String, _ pool: [String]) throws {
    if keys.isEmpty { throw ValidationError("--candidates-from is empty. Name a file.") }
    if let option = optionOfWeighing {
      throw ValidationError(
        "\(option) can't be used with --candidates-from, which adds n-grams to candidates that "
          + "were weighed before. Leave \(option) out.")
    }
    try ReadingOptions.validateFiles(pool + [keys])
    try FileOutputOptions.refuseManifests([keys])
    try reading.validateJoint()
  }

  /// The first option that was decided in the first round, or that needs weights.
  private var optionOfWeighing: String? {
    let given: [(String, Bool)] = [
      ("--pool-model", poolModel != nil), ("--candidates", candidates.candidates != nil),
      ("--budget", candidates.budget != nil), ("--stratify", candidates.stratify != nil),
      ("--keys-only", candidates.keysOnly), ("--replay", candidates.replay != nil),
      ("--objective", candidates.objective.objective != nil),
      ("--seed", candidates.seed != nil), ("--top-k", candidates.topK),
      ("--temperature", candidates.temperature != nil),
      ("--logistic-share", candidates.logisticShare != nil),
      ("--min-tokens", candidates.minTokens != nil),
      ("--max-tokens", candidates.maxTokens != nil),
      ("--min-weight", candidates.minWeight != nil), ("--compat", compatibility.compat != nil),
      ("--estimator", estimating.estimator != nil), ("--smoothing", estimating.smoothing != nil),
      ("--target-smoothing", estimating.targetSmoothing != nil),
      ("--normalize", normalize != nil), ("--add", !adding.add.isEmpty),
      ("--format", format != .jsonl),
      ("--id-field", idField != nil), ("--rejects", rejecting.rejects != nil),
      ("--allow-repeats", reading.allowRepeats), ("--work-dir", workDir != nil),
      ("--manifest", manifest != nil), ("--flush-documents", flushDocuments != nil),
      ("--near-duplicates", nearDuplicates.nearDuplicates != nil),
    ]
    return given.first { $0.1 }?.0
  }

  func complete(_ keys: String, _ context: CommandContext) throws {
    var settings = CompleteSettings(
      keys: keys, targetModels: try targets(),
      pool: try poolFiles.files(context.finder(reading, isPart: true)))
    settings.reading = reading.settings(execution)
    settings.output = output.destination
    settings.container = output.container
    settings.replacesOutputs = output.force
    let file = try CompleteCandidates(
      settings, progress: context.progress.meter, registry: context.registry
    ).run()
    try context.report(
      CandidateSummary(file), resultIsOnStandardOutput: output.path == nil)
  }
}
