internal import Weighting

/// The settings that turn log weights into keys.
package struct DrawSettings: Sendable, Equatable, Codable {
  /// The divisor of log weights.
  package enum Temperature: Sendable, Equatable, Codable {
    case fixed(Double)
    /// The temperature at which the weights have this effective sample size.
    ///
    /// nil stands for the number of documents drawn.
    case effectiveSampleSize(Double?)
    /// The temperature at which this share of the draw is among the largest weights.
    case overlap(Double)
  }

  package var seed: UInt64 = 0
  /// False for top-k, whose keys have no noise.
  package var addsNoise = true
  package var temperature = Temperature.fixed(1)
  /// Documents with fewer tokens are never drawn.
  package var minimumTokenCount = Defaults.minimumTokenCount
  /// Documents with more tokens are never drawn; nil for no limit.
  package var maximumTokenCount: Int?
  /// Documents with a smaller log weight are never drawn by it; nil for no limit.
  package var minimumLogWeight: Double?
  /// Documents of a smaller quantile, by log weight, are never drawn by it; nil for no limit.
  ///
  /// The quantile is that of annotations: see ``PoolRanks``.
  package var minimumQuantile: Double?
  package var keepsDuplicates = false
  /// The share of ``Estimator/blend``'s draw that the regression draws alone.
  package var logisticShare = 0.0

  /// The default of ``logisticShare``.
  ///
  /// A larger share improves coverage and costs purity: see the quality table.
  package static let defaultLogisticShare = 0.04
  /// The temperature of the regression's own draw, as a multiple of the other part's.
  ///
  /// Log odds differ little among the best documents. At 1 the draw would take many others.
  static let logisticTemperature = 0.25

  package init() {}

  /// Whether the weights of all documents must be known before any is drawn.
  var needsAllWeights: Bool {
    if minimumQuantile != nil { return true }
    if case .fixed = temperature { return false }
    return true
  }

  /// Whether documents are left out for their weights.
  var limitsWeights: Bool { minimumLogWeight != nil || minimumQuantile != nil }

  /// The lengths of documents that may be drawn.
  var lengths: LengthRange {
    LengthRange(minimum: minimumTokenCount, maximum: maximumTokenCount)
  }
}
