import ArgumentParser
import Featurizing
import Pipeline
import Weighting

extension Compatibility: ExpressibleByArgument {}
extension Estimator: ExpressibleByArgument {}
extension TokenizerKind: ExpressibleByArgument {}

/// How models are fitted and weights estimated.
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
