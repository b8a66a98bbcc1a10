/// How log weights become keys.
package struct DrawSettings: Sendable, Equatable, Codable {
  /// What log weights are divided by.
  package enum Temperature: Sendable, Equatable, Codable {
    case fixed(Double)
    /// As many equally weighted documents as this are the weights to be worth; as many as are
    /// drawn, if nil.
    case effectiveSampleSize(Double?)
    /// So large a share of the draw is to be among the largest weights.
    case overlap(Double)
  }

  package var seed: UInt64 = 0
  /// False for top-k: keys without noise.
  package var addsNoise = true
  package var temperature = Temperature.fixed(1)
  /// Documents of fewer tokens are never drawn.
  package var minimumTokenCount = 100
  package var keepsDuplicates = false
  /// The share of ``Estimator/blend``'s draw that is drawn by the regression alone.
  package var logisticShare = 0.0

  /// What ``logisticShare`` is unless something else is asked for. More helps coverage and costs
  /// purity: see the quality table.
  package static let defaultLogisticShare = 0.04
  /// The temperature of the part that the regression draws alone, in units of the other's: log odds
  /// differ little among the best, and at 1 the draw would take many that are not.
  static let logisticTemperature = 0.25

  package init() {}
}
