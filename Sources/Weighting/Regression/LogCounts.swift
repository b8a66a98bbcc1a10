internal import Platform

/// ln(1 + c) for the counts that a vector can have.
enum LogCounts {
  static let values: [Double] = (0...RegressionFeatures.maximumCount).map { log1p(Double($0)) }

  static func value(_ count: Int) -> Double { values[count] }
}
