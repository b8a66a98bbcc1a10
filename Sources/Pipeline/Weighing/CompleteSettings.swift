package import Compression
package import Writing

/// The settings of `dsel weigh --candidates-from`.
package struct CompleteSettings: Sendable, Codable {
  /// The file of merged keys.
  package var keys: String
  /// The models of the targets.
  package var targetModels: [NamedModel]
  package var pool: [String]
  package var reading = ReadingSettings()
  package var output = Destination.standardOutput
  package var container = Container.plain
  package var replacesOutputs = false

  package init(keys: String, targetModels: [NamedModel], pool: [String]) {
    self.keys = keys
    self.targetModels = targetModels
    self.pool = pool
  }
}
