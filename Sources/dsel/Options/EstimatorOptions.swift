import ArgumentParser
import Pipeline
import Weighting

/// The implementation to reproduce.
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

  /// A larger pseudocount would hide all possible counts, and its sums could overflow.
  private static let largestSmoothing = 1e15

  func validate(with compat: Compatibility?) throws {
    if let compat { try validate(compat) } else { try validateSmoothing() }
    let estimator = kind(compat)
    if smoothing != nil, !estimator.components.use(.pseudocount) {
      throw ValidationError("--estimator logistic has no counts to smooth. Leave --smoothing out.")
    }
    if targetSmoothing != nil, !estimator.components.use(.targetPseudocount) {
      throw ValidationError(
        "--target-smoothing needs --estimator ratio: the other estimators don't smooth the target.")
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
        "\(name) must be at most 1e15. It is added to the count of each bucket, so the counts "
          + "would no longer matter.")
    }
  }

  /// Refuses options that contradict the implementation to reproduce.
  private func validate(_ compat: Compatibility) throws {
    guard estimator ?? .ratio == .ratio else {
      throw ValidationError(
        "--compat \(compat.rawValue) needs --estimator ratio. Leave --estimator or --compat out.")
    }
    guard smoothing?.value ?? 0 == 0 else {
      throw ValidationError(
        "--compat \(compat.rawValue) does not smooth the pool's model. "
          + "Smooth the target's model with --target-smoothing, or leave --compat out.")
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
