import ArgumentParser
import Featurizing
import Pipeline
import Resampling
import Weighting

extension Normalization: ExpressibleByArgument {}

/// How much is selected.
struct SizeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Select so many documents: 500, 10k, 5M.", valueName: "n"))
  var count: Count?

  @Option(
    help: ArgumentHelp("Select this share of the pool's documents. (default: 0.1)", valueName: "f"))
  var fraction: Double?

  @Option(help: ArgumentHelp("Select up to so many tokens.", valueName: "n"))
  var tokens: Count?

  @Option(help: ArgumentHelp("Select up to so many bytes of lines: 500MB, 2GiB.", valueName: "n"))
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
    if let fraction, !(fraction > 0 && fraction <= 1) {
      throw ValidationError("--fraction must be above 0 and at most 1.")
    }
  }

  var size: SelectionSize { given ?? .fraction(0.1) }

  /// nil if nothing was said.
  var given: SelectionSize? {
    if let count { return .documents(count.value) }
    if let tokens { return .tokens(tokens.value) }
    if let bytes { return .bytes(bytes.value) }
    return fraction.map { .fraction($0) }
  }

  /// True if no number of documents follows from it.
  var isOpen: Bool { tokens != nil || bytes != nil }

  var isCountOrNothing: Bool { tokens == nil && bytes == nil && fraction == nil }
}

/// How the log weights are drawn by.
struct DrawOptions: ParsableArguments {
  @Option(help: "The seed of the draw's noise.")
  var seed: UInt64 = 0

  @OptionGroup var randomness: RandomnessOptions

  @Option(
    help: """
      Divide log weights by the number of features (length), by its root (sqrt), or not. \
      (default: sqrt; none with --estimator ratio)
      """)
  var normalize: Normalization?

  @Option(
    help: ArgumentHelp(
      "The share of --estimator blend's draw that the regression draws alone. (default: \(DrawSettings.defaultLogisticShare))",
      valueName: "f"))
  var logisticShare: Double?

  @Option(help: ArgumentHelp("Never select documents of fewer tokens.", valueName: "n"))
  var minTokens = Count(100)

  @Option(help: "Of equal texts, draw the first only (drop), or each.")
  var duplicates = Duplicates.drop

  enum Duplicates: String, ExpressibleByArgument, CaseIterable { case drop, keep }

  func validate() throws {
    if let logisticShare, !(0...1).contains(logisticShare) {
      throw ValidationError("--logistic-share must be from 0 to 1.")
    }
  }

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
    guard normalize == nil || estimator.usesLogRatios else {
      throw ValidationError(
        "--estimator \(estimator.rawValue) weighs vectors of unit length. Leave --normalize out.")
    }
    guard logisticShare == nil || estimator == .blend else {
      throw ValidationError("--logistic-share needs --estimator blend: others draw in one part.")
    }
  }

  func settings(_ estimator: Estimator) -> DrawSettings {
    var settings = DrawSettings()
    settings.seed = seed
    settings.addsNoise = !randomness.topK
    settings.temperature = randomness.setting
    settings.minimumTokenCount = minTokens.value
    settings.keepsDuplicates = duplicates == .keep
    settings.logisticShare =
      estimator == .blend ? logisticShare ?? DrawSettings.defaultLogisticShare : 0
    return settings
  }
}

/// How random a draw is.
struct RandomnessOptions: ParsableArguments {
  @Flag(name: .customLong("top-k"), help: "Take the largest log weights, without noise.")
  var topK = false

  @Option(
    help: ArgumentHelp(
      "Divide log weights by this: more makes the draw more random. auto: see the next two.",
      valueName: "t|auto"))
  var temperature = Temperature.number(1)

  @Option(
    help: ArgumentHelp(
      """
      With --temperature auto: make the weights worth so many equally weighted documents. \
      (default: as many as are drawn)
      """, valueName: "n"))
  var effectiveSize: Count?

  @Option(
    help: ArgumentHelp(
      "With --temperature auto: let the draw share this part with top-k; 0 to 1.", valueName: "f"))
  var overlap: Double?

  enum Temperature: ExpressibleByArgument, Equatable {
    case number(Double)
    case auto

    init?(argument: String) {
      if argument == "auto" {
        self = .auto
      } else {
        guard let value = Double(argument) else { return nil }
        self = .number(value)
      }
    }

    var defaultValueDescription: String {
      switch self {
      case .number(let value): "\(value)"
      case .auto: "auto"
      }
    }
  }

  func validate() throws {
    if case .number(let value) = temperature {
      guard value >= 1e-6, value.isFinite else {
        throw ValidationError("--temperature must be at least 1e-6. For no noise use --top-k.")
      }
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
    if let overlap, !(overlap > 0 && overlap < 1) {
      throw ValidationError("--overlap must be above 0 and below 1. For 1 use --top-k.")
    }
  }

  var setting: DrawSettings.Temperature {
    switch temperature {
    case .number(let value): .fixed(value)
    case .auto:
      overlap.map { .overlap($0) } ?? .effectiveSampleSize(effectiveSize.map { Double($0.value) })
    }
  }
}
