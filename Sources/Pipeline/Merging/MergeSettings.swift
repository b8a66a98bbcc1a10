package import Compression
package import Reading
package import Writing

/// The settings of `dsel merge`.
package struct MergeSettings: Sendable, Codable {
  package var inputs: [String]
  package var limits = ReadingSettings().limits
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var replacesOutputs = false
  /// Whether models that were fitted to the same file may be merged.
  package var allowsRepeats = false
  /// For features of candidates, if memory has no room for them.
  package var spoolDirectory = Defaults.spoolDirectory

  package init(inputs: [String]) { self.inputs = inputs }
}
