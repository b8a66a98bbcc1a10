package import Featurizing

/// Everything that `dsel compare` was told.
package struct CompareSettings: Sendable, Codable {
  package var targets: [String]
  package var selected: [String]
  /// Empty if there is nothing to compare with.
  package var pool: [String]
  package var reading = ReadingSettings()
  /// Where the targets' text is, if elsewhere.
  package var targetTextField: String?
  package var features = FeatureSettings(bucketCount: 1 << 20)
  /// Where the domain of a document stands, if domains are wanted.
  package var domainField: String?
  package var seed: UInt64 = 0
  package var version = ""

  package init(targets: [String], selected: [String], pool: [String] = []) {
    self.targets = targets
    self.selected = selected
    self.pool = pool
  }
}
