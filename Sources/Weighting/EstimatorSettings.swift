/// How weights are estimated from what was fitted.
package struct EstimatorSettings: Sendable, Equatable, Codable {
  package var kind = Estimator.blend
  package var normalization = Normalization.sqrt
  /// The pool's pseudocount, and the prior of shrunk log-ratios.
  package var pseudocount = 1.0
  package var targetPseudocount = 1.0
  package var compatibility: Compatibility?

  package init() {}

  /// The text that identifies these settings in records of earlier runs. It must never change:
  /// results in a work directory are found again by it.
  package var fingerprint: String {
    "EstimatorSettings(estimator: Weighting.Estimator.\(kind.rawValue), "
      + "normalization: Weighting.Normalization.\(normalization.rawValue), "
      + "pseudocount: \(pseudocount), targetPseudocount: \(targetPseudocount), compatibility: "
      + (compatibility.map { "Optional(Pipeline.Compatibility.\($0.rawValue))" } ?? "nil") + ")"
  }
}
