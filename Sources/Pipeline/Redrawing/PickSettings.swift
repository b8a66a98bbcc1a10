package import Compression
package import Writing

/// The settings of `dsel resample --picks`.
package struct PickSettings: Sendable, Codable {
  /// Files of candidates.
  package var files: [String]
  /// No share of the pool; nil for the largest that the candidates were kept for.
  package var size: SelectionSize?
  /// nil to draw from all strata together.
  package var stratify: StratifySettings?
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
