package import Compression
package import Files
package import Writing

/// The settings of `dsel resample --picks`.
package struct PickSettings: Sendable, Codable {
  /// Files of candidates.
  package var files: [String]
  /// No share of the pool; nil for the largest that the candidates were kept for.
  package var size: SelectionSize?
  /// nil to draw from all strata together.
  package var stratify: StratifySettings?
  /// The targets' shares, by name, for candidates of several; others share the rest equally.
  package var shares: [ExactString: Double] = [:]
  /// The share of the selection that is drawn at random.
  package var replay = 0.0
  /// How a set is chosen among candidates: see ``SetObjective``; nil for the defaults.
  package var purity: Double?
  package var noise: Double?
  package var base: CandidateBase?
  /// Whether candidates may cover only a part of the pool.
  package var allowsMissing = false
  package var reading = ReadingSettings()
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var replacesOutputs = false

  package init(files: [String]) { self.files = files }
}
