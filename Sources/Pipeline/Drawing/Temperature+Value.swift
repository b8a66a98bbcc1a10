internal import Weighting

extension DrawSettings.Temperature {
  /// The given temperature, or the one that reaches the goal.
  ///
  /// - Parameter expectedDraw: the approximate number of documents that these weights will draw.
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
