internal import Excluding
internal import Featurizing

extension Exclusion {
  /// Reads evaluation documents.
  ///
  /// Fails if nothing is excluded.
  ///
  /// - Parameter inputs: the files of the settings.
  /// - Throws: ``PipelineError``
  init?(
    _ settings: ExcludeSettings, _ inputs: Inputs, _ reading: ReadingSettings,
    _ tokenizer: TokenizerKind, _ progress: ProgressMeter, _ clock: StepClock
  ) throws {
    guard !settings.excludesNothing else { return nil }
    self.settings = settings
    guard !inputs.shards.isEmpty else { return }
    progress.begin(
      .readEvaluation, totalStoredByteCount: inputs.totalStoredByteCount, pass: .none)
    let step = EvaluationStep(
      workers: reading.with(textField: settings.textField).workers(progress),
      gramLength: settings.gramLength, tokenizer: tokenizer)
    (index, report) = try clock.time(.readEvaluation) { try step.run(inputs) }
  }
}
