package import Featurizing
package import Reading

/// The settings of `dsel compare`.
package struct CompareSettings: Sendable, Codable {
  package var targets: [String]
  package var selected: [String]
  /// Empty if there is no pool to compare with.
  package var pool: [String]
  package var reading = ReadingSettings()
  /// The field of the targets' text, if it is another one.
  package var targetTextField: TextField?
  package var features = FeatureSettings(bucketCount: Defaults.bucketCount)
  /// The field of a document's domain; nil if domains aren't counted.
  package var domainField: String?
  /// How the selection is judged by held-out text; nil if it isn't.
  package var heldout: HeldoutSettings?
  package var seed: UInt64 = 0
  package var version = ""
  /// A report; nil if there is none.
  package var report: ReportSettings?
  /// Whether the report may replace existing files.
  package var replaces = false
  /// For the report.
  package var command: Invocation?

  package init(targets: [String], selected: [String], pool: [String] = []) {
    self.targets = targets
    self.selected = selected
    self.pool = pool
  }
}
