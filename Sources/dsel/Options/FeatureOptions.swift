import ArgumentParser
import Featurizing
import Pipeline
import Weighting

extension Compatibility: ExpressibleByArgument {}
extension Estimator: ExpressibleByArgument {}
extension TokenizerKind: ExpressibleByArgument {}

/// What the models are made of.
struct FeatureOptions: ParsableArguments {
  @OptionGroup var compatibility: CompatibilityOptions
  @OptionGroup var estimating: EstimatorOptions
  @OptionGroup var counting: CountingOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Fit the pool's model to this share of its documents, chosen by a hash of their text. \
      (default: all documents)
      """,
      valueName: "f"), transform: Share.init(parsing:))
  var fitSample: Share?

  func validate() throws {
    if let fitSample, fitSample.value == 0 {
      throw ValidationError("--fit-sample must be above 0 and at most 1.")
    }
    try estimating.validate(with: compatibility.compat)
    try counting.validate(with: compatibility.compat)
  }

  var compat: Compatibility? { compatibility.compat }

  /// The estimator.
  var estimator: Estimator { estimating.kind(compat) }

  var settings: FeatureSettings {
    counting.settings(compat, defaultBucketCount: estimator.defaultBucketCount)
  }
}

/// Whether another implementation is reproduced.
struct CompatibilityOptions: ParsableArguments {
  @Option(
    help: """
      Reproduce the weights of another implementation. dsir: the Python package data-selection \
      1.0.3, with wordpunct tokens, SHA-256 hashes and no smoothing.
      """)
  var compat: Compatibility?
}

/// How weights are estimated.
struct EstimatorOptions: ParsableArguments {
  @Option(
    help: """
      How to estimate weights. ratio: DSIR as published, in 10000 buckets. shrunk: the same with \
      less trust in rare n-grams. logistic: a classifier of target against pool. blend: shrunk \
      and logistic together. (default: blend; ratio with --compat dsir)
      """)
  var estimator: Estimator?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Pseudocount of every bucket, in both models; with --estimator shrunk and blend, the weight \
      of the prior. (default: 1; 0 with --compat dsir)
      """,
      valueName: "a"), transform: Number.init(parsing:))
  var smoothing: Number?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --estimator ratio: pseudocount of the target's model. (default: --smoothing)
      """, valueName: "a"),
    transform: Number.init(parsing:))
  var targetSmoothing: Number?

  /// A pseudocount that is larger hides all counts that there can be, and sums of it overflow at last.
  private static let largestSmoothing = 1e15

  func validate(with compat: Compatibility?) throws {
    if let compat { try validate(compat) } else { try validateSmoothing() }
    let estimator = kind(compat)
    if smoothing != nil, !estimator.components.use(.pseudocount) {
      throw ValidationError("--estimator logistic has no counts to smooth. Leave --smoothing out.")
    }
    if targetSmoothing != nil, !estimator.components.use(.targetPseudocount) {
      throw ValidationError(
        "--target-smoothing needs --estimator ratio, which has a model of the target to smooth.")
    }
  }

  private func validateSmoothing() throws {
    for (name, value) in [("--smoothing", smoothing), ("--target-smoothing", targetSmoothing)] {
      if let value, value.value <= 0 {
        throw ValidationError("\(name) must be above 0: an empty bucket has no logarithm.")
      }
      try Self.validateSize(of: value, name)
    }
  }

  private static func validateSize(of smoothing: Number?, _ name: String) throws {
    if let smoothing, smoothing.value > largestSmoothing {
      throw ValidationError(
        "\(name) is too large: at most 1e15. It is added to the count of each bucket, and the counts would no longer "
          + "matter.")
    }
  }

  /// Refuses what contradicts the implementation that is to be reproduced.
  private func validate(_ compat: Compatibility) throws {
    guard estimator ?? .ratio == .ratio else {
      throw ValidationError(
        "--compat \(compat.rawValue) weighs by the ratio of two models. "
          + "Leave --estimator out, or --compat.")
    }
    guard smoothing?.value ?? 0 == 0 else {
      throw ValidationError(
        "--compat \(compat.rawValue) does not smooth the pool's model. "
          + "Smooth the target's with --target-smoothing, or leave --compat out.")
    }
    if let targetSmoothing, targetSmoothing.value < 0 {
      throw ValidationError("--target-smoothing must be at least 0.")
    }
    try Self.validateSize(of: targetSmoothing, "--target-smoothing")
  }

  func kind(_ compat: Compatibility?) -> Estimator {
    estimator ?? (compat == nil ? .blend : .ratio)
  }

  func settings(_ compat: Compatibility?, normalize: Normalization?) -> EstimatorSettings {
    var settings = EstimatorSettings()
    settings.kind = kind(compat)
    settings.normalization = normalize ?? settings.kind.defaultNormalization
    settings.pseudocount = smoothing?.value ?? (compat == nil ? 1 : 0)
    settings.targetPseudocount = targetSmoothing?.value ?? settings.pseudocount
    settings.compatibility = compat
    return settings
  }
}

/// Which n-grams are counted, and in what.
struct CountingOptions: ParsableArguments {
  @Option(
    help: """
      How to split text into tokens. words: words and runs of punctuation; one token per \
      character in scripts without spaces. wordpunct: the rule of the DSIR reference package. \
      (default: words)
      """)
  var tokenizer: TokenizerKind?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest number of tokens in an n-gram: 1 to 5. (default: 2)", valueName: "n"),
    transform: Count.init(parsing:))
  var ngrams: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Number of buckets that n-grams are hashed into: 2 to 16777216. (default: 1048576)
      """, valueName: "n"), transform: Count.init(parsing:))
  var buckets: Count?

  func validate() throws {
    guard (1...FeatureSettings.maximumOrder).contains(ngrams?.value ?? 2) else {
      throw ValidationError("--ngrams must be from 1 to \(FeatureSettings.maximumOrder).")
    }
    guard buckets.map({ FeatureSettings.bucketCounts.contains($0.value) }) ?? true else {
      throw ValidationError(
        "--buckets must be from 2 to \(FeatureSettings.bucketCounts.upperBound).")
    }
  }

  /// Refuses what contradicts the implementation that is to be reproduced.
  func validate(with compat: Compatibility?) throws {
    if let compat, tokenizer ?? .wordpunct != .wordpunct {
      throw ValidationError(
        "--compat \(compat.rawValue) takes wordpunct tokens. Leave --tokenizer out, or --compat.")
    }
  }

  func settings(
    _ compat: Compatibility? = nil, defaultBucketCount: Int = 1 << 20
  ) -> FeatureSettings {
    FeatureSettings(
      tokenizer: tokenizer ?? (compat == nil ? .words : .wordpunct),
      maximumOrder: ngrams?.value ?? 2,
      bucketCount: buckets?.value ?? defaultBucketCount,
      hashing: compat == nil ? .xxh3 : .sha256)
  }
}
