package import Compression
package import Writing

/// The settings of `dsel weigh --candidates-from`.
package struct CompleteSettings: Sendable, Codable {
  /// The file of merged keys.
  package var keys: String
  package var targetModel: String
  package var pool: [String]
  package var reading = ReadingSettings()
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var replacesOutputs = false

  package init(keys: String, targetModel: String, pool: [String]) {
    self.keys = keys
    self.targetModel = targetModel
    self.pool = pool
  }
}
