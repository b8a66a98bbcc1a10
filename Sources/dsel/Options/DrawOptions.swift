import ArgumentParser
import Featurizing
import Pipeline
import Resampling
import Weighting

extension Normalization: ExpressibleByArgument {}

/// How much is selected.
struct SizeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Number of documents to select: 500, 10k, 5M, 1e6.", valueName: "n"),
    transform: Count.init(parsing:))
  var count: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Share of the pool's documents to select: 0.2 or 20%. (default: 0.1)", valueName: "f"),
    transform: Share.init(parsing:))
  var fraction: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Largest number of tokens to select, in whole documents.", valueName: "n"),
    transform: Count.init(parsing:))
  var tokens: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest number of bytes to select, in whole lines: 500MB, 2GiB.", valueName: "n"),
    transform: ByteCount.init(parsing:))
  var bytes: ByteCount?

  func validate() throws {
    let named = [
      ("--count", count?.value), ("--tokens", tokens?.value), ("--bytes", bytes?.value),
    ].filter { $0.1 != nil }
    guard named.count + (fraction == nil ? 0 : 1) <= 1 else {
      throw ValidationError("Give only one of --count, --fraction, --tokens and --bytes.")
    }
    for (name, value) in named where value == 0 {
      throw ValidationError("\(name) must be at least 1.")
    }
    if let fraction, fraction.value == 0 {
      throw ValidationError("--fraction must be above 0 and at most 1.")
    }
  }

  var size: SelectionSize { given ?? .fraction(0.1) }

  /// nil if nothing was said.
  var given: SelectionSize? {
    if let count { return .documents(count.value) }
    if let tokens { return .tokens(tokens.value) }
    if let bytes { return .bytes(bytes.value) }
    return fraction.map { .fraction($0.value) }
  }

  /// True if no number of documents follows from it.
  var isOpen: Bool { tokens != nil || bytes != nil }

  var isCountOrNothing: Bool { tokens == nil && bytes == nil && fraction == nil }
}

/// How the log weights are drawn by.
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
  var minTokens = Count(100)

  @Option(help: "Exact duplicates: keep the first (drop) or all (keep).")
  var duplicates = Duplicates.drop

  enum Duplicates: String, ExpressibleByArgument, CaseIterable { case drop, keep }

  /// Refuses what another implementation doesn't have.
  func validate(_ compat: Compatibility) throws {
    guard normalize ?? Normalization.none == Normalization.none else {
      throw ValidationError(
        "--compat \(compat.rawValue) draws by the sum of a document's log-ratios. "
          + "Leave --normalize out, or --compat.")
    }
    guard randomness.temperature == .number(1) else {
      throw ValidationError(
        "--compat \(compat.rawValue) has no temperature. Leave --temperature out, or --compat.")
    }
  }

  /// Refuses what the estimator has no use for.
  func validate(_ estimator: Estimator) throws {
    guard normalize == nil || estimator.components.use(.normalization) else {
      throw ValidationError(
        "--estimator \(estimator.rawValue) weighs vectors of unit length. Leave --normalize out.")
    }
    guard logisticShare == nil || estimator.components.drawInTwoParts else {
      throw ValidationError("--logistic-share needs --estimator blend: others draw in one part.")
    }
  }

  func settings(_ estimator: Estimator) -> DrawSettings {
    var settings = DrawSettings()
    settings.seed = seed.value
    settings.addsNoise = !randomness.topK
    settings.temperature = randomness.setting
    settings.minimumTokenCount = minTokens.value
    settings.keepsDuplicates = duplicates == .keep
    settings.logisticShare =
      estimator.components.drawInTwoParts
      ? logisticShare?.value ?? DrawSettings.defaultLogisticShare : 0
    return settings
  }
}

/// How random a draw is.
struct RandomnessOptions: ParsableArguments {
  @Flag(name: .customLong("top-k"), help: "Select the largest log weights, without random noise.")
  var topK = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Divide log weights by this number: a larger one makes the draw more random. auto finds the \
      number that gives --effective-size or --overlap. (default: 1)
      """,
      valueName: "t|auto"), transform: Temperature.init(parsing:))
  var temperature = Temperature.number(1)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --temperature auto: the effective sample size to reach, a number of equally weighted \
      documents. (default: the number of documents to select)
      """, valueName: "n"), transform: Count.init(parsing:))
  var effectiveSize: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --temperature auto: the share of the selection that --top-k would select too; above 0 \
      and below 1.
      """, valueName: "f"),
    transform: Share.init(parsing:))
  var overlap: Share?

  enum Temperature: ExpressibleByArgument, Equatable {
    case number(Double)
    case auto

    /// - Throws: ``NumberError``
    init(parsing argument: String) throws {
      self = argument == "auto" ? .auto : .number(try Number(parsing: argument).value)
    }

    init?(argument: String) { try? self.init(parsing: argument) }

    /// - Throws: `ValidationError`, if a draw can't divide by it.
    static func validate(_ value: Double) throws {
      guard value >= 1e-6 else {
        throw ValidationError("--temperature must be at least 1e-6. For no noise use --top-k.")
      }
    }
  }

  func validate() throws {
    if case .number(let value) = temperature {
      try Temperature.validate(value)
      guard effectiveSize == nil, overlap == nil else {
        let name = effectiveSize == nil ? "--overlap" : "--effective-size"
        throw ValidationError(
          "\(name) needs --temperature auto, which finds the one that gives it.")
      }
    } else if topK {
      throw ValidationError(
        "--top-k draws without noise, whatever the --temperature. Leave one out.")
    }
    guard effectiveSize == nil || overlap == nil else {
      throw ValidationError("Give only one of --effective-size and --overlap.")
    }
    if let effectiveSize, effectiveSize.value == 0 {
      throw ValidationError("--effective-size must be at least 1.")
    }
    if let overlap, overlap.value == 0 || overlap.value == 1 {
      throw ValidationError("--overlap must be above 0 and below 1. For 1 use --top-k.")
    }
  }

  var setting: DrawSettings.Temperature {
    switch temperature {
    case .number(let value): .fixed(value)
    case .auto:
      overlap.map { .overlap($0.value) }
        ?? .effectiveSampleSize(effectiveSize.map { Double($0.value) })
    }
  }
}
