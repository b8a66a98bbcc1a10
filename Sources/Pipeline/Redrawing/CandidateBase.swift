internal import Choosing
internal import Reading
internal import Weighting

/// What a set that is chosen among candidates is to complete.
package struct CandidateBase: Sendable, Codable {
  package var base: BaseSettings
  /// The models of the targets, by their names if there are several.
  ///
  /// Candidates have the counts of their n-grams, but not the n-grams themselves.
  package var targetModels: [NamedModel]

  package init(_ base: BaseSettings, targetModels: [NamedModel]) {
    self.base = base
    self.targetModels = targetModels
  }

  /// The files, which no output may replace.
  ///
  /// - Throws: ``PipelineError``
  func shards() throws(PipelineError) -> [Shard] {
    try Inputs([base.path] + targetModels.map(\.path)).shards
  }

  /// The counts of the base in the buckets of each target, and the hash of the base's file.
  ///
  /// - Parameters:
  ///   - header: of the candidates.
  ///   - path: the file of candidates.
  /// - Throws: ``PipelineError``
  func counts(
    _ header: CandidateFile.Header, _ path: String, _ limits: ReadingLimits
  ) throws(PipelineError) -> (counts: [BaseCounts], contentHash: UInt64) {
    let targets = try header.targets(targetModels, of: path, limits)
    let model = try base.model(targets[0].settings, limits)
    return (targets.map { base.counts(model, TargetProfile($0.counts)) }, model.contentHash)
  }
}
