package import Compression
package import Weighting
package import Writing

/// The settings of `dsel weigh`.
package struct WeighSettings: Sendable {
  package var targetModels: [NamedModel]
  package var poolModel: String
  package var pool: [String]
  package var reading = ReadingSettings()
  package var estimator = EstimatorSettings()
  package var format = WeightFormat.jsonl
  package var idField: String?
  /// nil for `dolma`, whose files have places of their own, and with a work directory, which has
  /// all results.
  package var output: Destination?
  package var container = Container.plain
  package var replacesOutputs = false
  package var rejects: String?
  package var workDirectory: String?
  /// Keeps what a draw needs, instead of all weights.
  package var candidates: CandidateSettings?
  package var manifest: String?
  package var version = ""

  /// The draw that candidates are kept for.
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
