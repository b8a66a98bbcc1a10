internal import Weighting

/// The spread of the weights for one target.
struct WeightSpread: Sendable {
  var effectiveSampleSize = EffectiveSampleSize()
  var correlation = WeightLengthCorrelation()
  /// The log weights, divided by the temperature.
  var histogram = WeightHistogram()

  mutating func merge(_ other: WeightSpread) {
    effectiveSampleSize.merge(other.effectiveSampleSize)
    correlation.merge(other.correlation)
    histogram.merge(other.histogram)
  }
}
