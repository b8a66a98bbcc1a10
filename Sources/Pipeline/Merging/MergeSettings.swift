package import Compression
package import Reading
package import Writing

/// Everything that `dsel merge` was told.
package struct MergeSettings: Sendable, Codable {
  package var inputs: [String]
  package var limits = ReadingSettings().limits
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var replacesOutputs = false
  /// Whether models that were fitted on the same file may be added up.
  package var allowsRepeats = false

  package init(inputs: [String]) { self.inputs = inputs }
}
