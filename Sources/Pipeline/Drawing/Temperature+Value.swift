internal import Weighting

extension DrawSettings.Temperature {
  /// The temperature, or the one that reaches what was asked for.
  ///
  /// - Parameter expectedDraw: about how many documents will be drawn by these weights.
  func value(for histogram: WeightHistogram, expectedDraw: Int) -> Double {
    switch self {
    case .fixed(let temperature): temperature
    case .effectiveSampleSize(let size):
      histogram.temperature(for: .effectiveSampleSize(size ?? Double(max(1, expectedDraw))))
    case .overlap(let share):
      histogram.temperature(for: .overlap(share, draw: max(1, expectedDraw)))
    }
  }
}
