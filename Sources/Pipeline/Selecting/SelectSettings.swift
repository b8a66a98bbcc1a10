package import Featurizing
package import Weighting

/// The settings of `dsel select`.
package struct SelectSettings: Sendable, Codable {
  /// One or more, in the order in which they draw.
  package var targets: [TargetSettings]
  package var pool: [String]
  package var reading = ReadingSettings()
  /// The field of the targets' text, if it is another one than the pool's.
  package var targetTextField: String?
  package var features = FeatureSettings()
  package var estimator = EstimatorSettings()
  package var size = SelectionSize.standard
  package var draw = DrawSettings()
  /// The share of the selection that is drawn at random, before the targets draw.
  package var replay = 0.0
  /// The share of the pool's documents that its model is fitted to.
  package var fittedShare = 1.0
  package var stratify: StratifySettings?
  package var outputs = OutputSettings()
  package var annotates = false
  package var version = ""

  package init(targets: [TargetSettings], pool: [String]) {
    self.targets = targets
    self.pool = pool
  }
}
