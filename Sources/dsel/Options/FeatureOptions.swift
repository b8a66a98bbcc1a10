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

  func validate() throws {
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
