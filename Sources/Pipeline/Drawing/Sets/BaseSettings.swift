internal import Choosing
package import Featurizing
internal import Reading
internal import Weighting

/// What a model has been trained on already, which a set is to complete.
package struct BaseSettings: Sendable, Codable {
  /// The model file of its training data, from `dsel fit`.
  package var path: String
  /// The number of tokens that it was trained on; nil for those that the file counts.
  package var tokenCount: Int?

  package init(path: String, tokenCount: Int?) {
    self.path = path
    self.tokenCount = tokenCount
  }
}

extension ObjectiveRecord {
  /// - Parameters:
  ///   - objective: nil for a draw by weight.
  ///   - base: nil if there is nothing to complete.
  init(_ objective: SetObjective?, _ base: BaseSettings?) {
    self.init(objective)
    self.base = base?.path
    baseTokens = base?.tokenCount
  }
}

extension BaseSettings {
  /// Refuses a base that a run can't use, before any work.
  ///
  /// - Throws: ``PipelineError``
  package func check(
    _ features: FeatureSettings, _ reading: ReadingSettings
  ) throws(PipelineError) {
    _ = try model(features, reading.limits)
  }

  /// - Parameter features: those of the run, which the model must have, too.
  /// - Throws: ``PipelineError``
  func model(
    _ features: FeatureSettings, _ limits: ReadingLimits
  ) throws(PipelineError) -> StoredModel {
    let stored = try StoredModel(reading: path, limits: limits)
    do throws(FittedModel.Mismatch) {
      try FittedModel.checkFeatures(features, match: stored.model.settings)
    } catch {
      throw .models(.otherFeatures(path: path, error))
    }
    try stored.checkHasFeatures()
    return stored
  }

  /// - Parameters:
  ///   - model: that of ``model(_:_:)``.
  ///   - profile: the target's, with buckets.
  func counts(_ model: StoredModel, _ profile: TargetProfile) -> BaseCounts {
    let counts = model.model.counts
    return BaseCounts(
      bucketCounts: counts.counts, tokenCount: counts.tokenCount,
      scaledTo: tokenCount.map { Double($0) }, profile)
  }
}
