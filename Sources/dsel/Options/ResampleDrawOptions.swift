import ArgumentParser
import Pipeline

/// How documents are drawn by existing weights.
struct ResampleDrawOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Seed of the random draw. (default: 0)",
    transform: Seed.init(parsing:))
  var seed: Seed?

  @OptionGroup var randomness: RandomnessOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --weights from --estimator blend: share of the selection that the logistic regression \
      draws alone. \
      (default: \(DrawSettings.defaultLogisticShare))
      """, valueName: "f"), transform: Share.init(parsing:))
  var logisticShare: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Never select documents with fewer tokens than this. (default: 100; 0 with --field)
      """, valueName: "n"),
    transform: Count.init(parsing:))
  var minTokens: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Never select documents with more tokens than this. (default: no limit)",
      valueName: "n"),
    transform: Count.init(parsing:))
  var maxTokens: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Never select documents with a smaller log weight, or sum of fields, than this. (default: no limit)",
      valueName: "w"),
    transform: Number.init(parsing:))
  var minWeight: Number?

  @OptionGroup var quantile: QuantileOptions

  @Option(help: "Exact duplicates: keep one (drop) or all (keep).")
  var duplicates = DrawOptions.Duplicates.drop

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Number of draws to write, one after another, with seeds derived from --seed. (default: 1)
      """,
      valueName: "n"), transform: Count.init(parsing:))
  var epochs = Count(1)

  @Flag(help: "With --epochs: draw no document in more than one epoch.")
  var withoutRepeats = false

  func validate() throws {
    guard (1...10_000).contains(epochs.value) else {
      throw ValidationError("--epochs must be from 1 to 10000.")
    }
    guard !randomness.topK || epochs.value == 1 || withoutRepeats else {
      throw ValidationError(
        "--top-k draws the same documents in each epoch. Add --without-repeats, or leave --top-k "
          + "out.")
    }
    guard !withoutRepeats || epochs.value > 1 else {
      throw ValidationError("--without-repeats needs at least 2 --epochs.")
    }
  }

  /// Refuses a range of lengths that no document has.
  func validateLengths(isByFields: Bool) throws {
    try DrawOptions.validate(minimum(isByFields: isByFields), maxTokens)
  }

  private func minimum(isByFields: Bool) -> Int {
    minTokens?.value ?? (isByFields ? 0 : Defaults.minimumTokenCount)
  }

  func settings(isByFields: Bool) -> DrawSettings {
    var settings = DrawSettings()
    settings.seed = seed?.value ?? 0
    settings.addsNoise = !randomness.topK
    settings.temperature = randomness.setting
    settings.minimumTokenCount = minimum(isByFields: isByFields)
    settings.maximumTokenCount = maxTokens?.value
    settings.minimumLogWeight = minWeight?.value
    settings.minimumQuantile = quantile.minQuantile?.value
    settings.keepsDuplicates = duplicates == .keep
    settings.logisticShare =
      isByFields ? 0 : logisticShare?.value ?? DrawSettings.defaultLogisticShare
    return settings
  }
}
