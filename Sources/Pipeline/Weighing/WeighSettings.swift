package import Compression
package import Writing

/// A model file that was named for a target.
package struct NamedModel: Sendable, Equatable {
  /// nil where there is only one, and it has no name.
  package var name: String?
  package var path: String

  package init(name: String?, path: String) {
    self.name = name
    self.path = path
  }
}

/// Everything that `dsel weigh` was told.
package struct WeighSettings: Sendable {
  package var targetModels: [NamedModel]
  package var poolModel: String
  package var pool: [String]
  package var reading = ReadingSettings()
  package var estimator = EstimatorSettings()
  package var format = WeightFormat.jsonl
  package var idField: String?
  /// nil for `dolma`, whose files have places of their own, and where a work directory has all results.
  package var output: Destination?
  package var container = Container.plain
  package var replacesOutputs = false
  package var rejects: String?
  package var workDirectory: String?
  /// Keep what a draw needs, instead of all weights.
  package var candidates: CandidateSettings?
  package var manifest: String?
  package var version = ""

  /// For which draw candidates are kept.
  package struct CandidateSettings: Sendable {
    package var count: Int
    package var draw: DrawSettings

    package init(count: Int, draw: DrawSettings) {
      self.count = count
      self.draw = draw
    }
  }

  package init(targetModels: [NamedModel], poolModel: String, pool: [String]) {
    self.targetModels = targetModels
    self.poolModel = poolModel
    self.pool = pool
  }
}
