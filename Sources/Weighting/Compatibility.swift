/// Another implementation whose numbers are to be reproduced.
package enum Compatibility: String, Sendable, CaseIterable, Codable {
  /// The DSIR reference, the Python package `data-selection` 1.0.3.
  ///
  /// Its features are those of `sha256` hashing over `wordpunct` tokens, its models have no
  /// smoothing but a floor, and its log weights are sums over all features.
  case dsir

  /// Added to every probability of which a weight takes the logarithm.
  package var weightFloor: Double { 1e-8 }
}
