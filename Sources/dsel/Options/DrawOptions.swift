import ArgumentParser
import Featurizing
import Pipeline
import Resampling
import Weighting

extension Compatibility: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}
extension TokenizerKind: ExpressibleByArgument {}

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

  var size: SelectionSize {
    if let count { return .documents(count.value) }
    if let tokens { return .tokens(tokens.value) }
    if let bytes { return .bytes(bytes.value) }
    return .fraction(fraction ?? 0.1)
  }
}

/// How the log weights are drawn by.
struct DrawOptions: ParsableArguments {
  @Option(help: "The seed of the draw's noise.")
  var seed: UInt64 = 0

  @Flag(name: .customLong("top-k"), help: "Take the largest log weights, without noise.")
  var topK = false

  @Option(
    help: ArgumentHelp(
      "Divide log weights by this: more makes the draw more random.", valueName: "t"))
  var temperature = 1.0

  @Option(help: "Divide log weights by the number of features (length), or not.")
  var normalize = Normalization.none

  @Option(help: ArgumentHelp("Never select documents of fewer tokens.", valueName: "n"))
  var minTokens = Count(100)

  @Option(help: "Of equal texts, draw the first only (drop), or each.")
  var duplicates = Duplicates.drop

  enum Duplicates: String, ExpressibleByArgument, CaseIterable { case drop, keep }

  func validate() throws {
    guard temperature >= 1e-6, temperature.isFinite else {
      throw ValidationError("--temperature must be at least 1e-6. For no noise use --top-k.")
    }
  }

  /// Refuses what another implementation doesn't have.
  func validate(_ compat: Compatibility) throws {
    guard normalize == .none else {
      throw ValidationError(
        "--compat \(compat.rawValue) draws by the sum of a document's log-ratios. "
          + "Leave --normalize out, or --compat.")
    }
    guard temperature == 1 else {
      throw ValidationError(
        "--compat \(compat.rawValue) has no temperature. Leave --temperature out, or --compat.")
    }
  }

  var settings: DrawSettings {
    DrawSettings(
      seed: seed, addsNoise: !topK, temperature: temperature, normalization: normalize,
      minimumTokenCount: minTokens.value, keepsDuplicates: duplicates == .keep)
  }
}

/// What the models are made of.
struct FeatureOptions: ParsableArguments {
  @Option(
    help: """
      Reproduce another implementation's weights. dsir: the Python package data-selection 1.0.3 \
      (wordpunct tokens, SHA-256, no smoothing).
      """)
  var compat: Compatibility?

  @Option(help: "How text is cut into tokens. (default: words; wordpunct with --compat dsir)")
  var tokenizer: TokenizerKind?

  @Option(help: ArgumentHelp("Count n-grams of 1 to n tokens; n is 1 to 5.", valueName: "n"))
  var ngrams = 2

  @Option(help: ArgumentHelp("Hash n-grams into so many buckets; 2 to 16777216.", valueName: "n"))
  var buckets = Count(10_000)

  @Option(
    help: ArgumentHelp(
      "The pseudocount of every bucket, in both models. (default: 1; 0 with --compat dsir)",
      valueName: "a"))
  var smoothing: Double?

  @Option(
    help: ArgumentHelp(
      "The pseudocount of the target's model. (default: --smoothing)", valueName: "a"))
  var targetSmoothing: Double?

  func validate() throws {
    guard (1...FeatureSettings.maximumOrder).contains(ngrams) else {
      throw ValidationError("--ngrams must be from 1 to \(FeatureSettings.maximumOrder).")
    }
    guard FeatureSettings.bucketCounts.contains(buckets.value) else {
      throw ValidationError(
        "--buckets must be from 2 to \(FeatureSettings.bucketCounts.upperBound).")
    }
    if let compat { try validate(compat) } else { try validateSmoothing() }
  }

  private func validateSmoothing() throws {
    for (name, value) in [("--smoothing", smoothing), ("--target-smoothing", targetSmoothing)] {
      if let value, !(value > 0 && value.isFinite) {
        throw ValidationError("\(name) must be above 0: an empty bucket has no logarithm.")
      }
    }
  }

  /// Refuses what contradicts the implementation that is to be reproduced.
  private func validate(_ compat: Compatibility) throws {
    guard tokenizer ?? .wordpunct == .wordpunct else {
      throw ValidationError(
        "--compat \(compat.rawValue) takes wordpunct tokens. Leave --tokenizer out, or --compat.")
    }
    guard smoothing ?? 0 == 0 else {
      throw ValidationError(
        "--compat \(compat.rawValue) does not smooth the pool's model. "
          + "Smooth the target's with --target-smoothing, or leave --compat out.")
    }
    if let targetSmoothing, !(targetSmoothing >= 0 && targetSmoothing.isFinite) {
      throw ValidationError("--target-smoothing must be at least 0.")
    }
  }

  var poolPseudocount: Double { smoothing ?? (compat == nil ? 1 : 0) }

  var targetPseudocount: Double { targetSmoothing ?? poolPseudocount }

  var settings: FeatureSettings {
    FeatureSettings(
      tokenizer: tokenizer ?? (compat == nil ? .words : .wordpunct), maximumOrder: ngrams,
      bucketCount: buckets.value, hashing: compat == nil ? .xxh3 : .sha256)
  }
}
