internal import Weighting

/// How the weights for one target are spread.
struct WeightSpread: Sendable {
  var effectiveSampleSize = EffectiveSampleSize()
  var correlation = WeightLengthCorrelation()
  /// Of weights over temperature.
  var histogram = WeightHistogram()

  mutating func merge(_ other: WeightSpread) {
    effectiveSampleSize.merge(other.effectiveSampleSize)
    correlation.merge(other.correlation)
    histogram.merge(other.histogram)
  }
}
