import ArgumentParser
import Featurizing
import Pipeline
import Resampling
import Weighting

extension Normalization: ExpressibleByArgument {}

/// How documents are drawn by their log weights.
struct DrawOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Seed of the random draw. (default: 0)",
    transform: Seed.init(parsing:))
  var seed = Seed(0)

  @OptionGroup var randomness: RandomnessOptions

  @Option(
    help: """
      Divide each document's sum of log-ratios by its number of n-grams (length), by the square \
      root of that number (sqrt), or by nothing (none). (default: sqrt; none with --estimator \
      ratio)
      """)
  var normalize: Normalization?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --estimator blend: share of the selection that the logistic regression draws alone. \
      (default: \(DrawSettings.defaultLogisticShare))
      """,
      valueName: "f"), transform: Share.init(parsing:))
  var logisticShare: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Never select documents with fewer tokens than this. (default: 100)", valueName: "n"),
    transform: Count.init(parsing:))
  var minTokens = Count(Defaults.minimumTokenCount)

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
      "Never select documents with a smaller log weight than this. (default: no limit)",
      valueName: "w"),
    transform: Number.init(parsing:))
  var minWeight: Number?

  @OptionGroup var quantile: QuantileOptions

  @Option(help: "Exact duplicates: keep the first (drop) or all (keep).")
  var duplicates = Duplicates.drop

  enum Duplicates: String, ExpressibleByArgument, CaseIterable { case drop, keep }

  func validate() throws { try Self.validate(minTokens.value, maxTokens) }

  /// Refuses a range of lengths that no document has.
  ///
  /// - Throws: `ValidationError`
  static func validate(_ minimum: Int, _ maximum: Count?) throws {
    guard let maximum else { return }
    guard maximum.value >= 1 else { throw ValidationError("--max-tokens must be at least 1.") }
    guard maximum.value >= minimum else {
      throw ValidationError(
        "--max-tokens is \(maximum.value), but --min-tokens is \(minimum): no document is in "
          + "between. Raise --max-tokens, or lower --min-tokens.")
    }
  }

  /// Refuses options that the other implementation doesn't have.
  func validate(_ compat: Compatibility) throws {
    guard normalize ?? Normalization.none == Normalization.none else {
      throw ValidationError(
        "--compat \(compat.rawValue) doesn't normalize weights. Leave --normalize out, or "
          + "--compat.")
    }
    guard randomness.temperature == .number(1) else {
      throw ValidationError(
        "--compat \(compat.rawValue) has no temperature. Leave --temperature out, or --compat.")
    }
  }

  /// Refuses options that the estimator doesn't use.
  func validate(_ estimator: Estimator) throws {
    guard normalize == nil || estimator.components.use(.normalization) else {
      throw ValidationError(
        "--estimator \(estimator.rawValue) has no log-ratios to normalize. Leave --normalize out.")
    }
    guard logisticShare == nil || estimator.components.drawInTwoParts else {
      throw ValidationError(
        "--logistic-share needs --estimator blend: with the others, there is "
          + "only one draw.")
    }
  }

  func settings(_ estimator: Estimator) -> DrawSettings {
    var settings = DrawSettings()
    settings.seed = seed.value
    settings.addsNoise = !randomness.topK
    settings.temperature = randomness.setting
    settings.minimumTokenCount = minTokens.value
    settings.maximumTokenCount = maxTokens?.value
    settings.minimumLogWeight = minWeight?.value
    settings.minimumQuantile = quantile.minQuantile?.value
    settings.keepsDuplicates = duplicates == .keep
    settings.logisticShare =
      estimator.components.drawInTwoParts
      ? logisticShare?.value ?? DrawSettings.defaultLogisticShare : 0
    return settings
  }
}
