package import Choosing
package import Featurizing
package import Reading
package import Weighting

/// The settings of `dsel select`.
package struct SelectSettings: Sendable, Codable {
  /// One or more, in the order in which they draw.
  package var targets: [TargetSettings]
  package var pool: [String]
  package var reading = ReadingSettings()
  /// The field of the targets' text, if it is another one than the pool's.
  package var targetTextField: TextField?
  package var features = FeatureSettings()
  package var estimator = EstimatorSettings()
  package var size = SelectionSize.standard
  /// The field of the pool's documents with the number of their tokens; nil to count them.
  package var tokensField: String?
  /// How the size is found; nil if it is ``size``.
  package var sizeSearch: SizeSearchSettings?
  package var draw = DrawSettings()
  /// The fields whose numbers are added to log weights.
  package var additions: [FieldTerm] = []
  /// How sets are chosen among candidates; nil to draw by weight.
  package var objective: SetObjective?
  /// What the set is to complete; nil if there is nothing.
  package var base: BaseSettings?
  /// The share of the selection that is drawn at random, before the targets draw.
  package var replay = 0.0
  /// The share of the pool's documents that its model is fitted to.
  package var fittedShare = 1.0
  package var stratify: StratifySettings?
  /// Which documents are never selected.
  package var exclude = ExcludeSettings()
  /// The least similarity of near-duplicates that are left out; nil to select them like others.
  package var nearDuplicates: Double?
  package var outputs = OutputSettings()
  /// A report on the run; nil if there is none.
  package var report: ReportSettings?
  package var annotates = false
  /// What annotations have besides.
  package var statistics: [AnnotationStatistic] = []
  package var version = ""
  /// For the manifest.
  package var command: Invocation?

  package init(targets: [TargetSettings], pool: [String]) {
    self.targets = targets
    self.pool = pool
  }
}
