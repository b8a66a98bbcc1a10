internal import Choosing
internal import Reading

/// What a set that is chosen among candidates is to complete.
package struct CandidateBase: Sendable, Codable {
  package var base: BaseSettings
  /// The model of the target.
  ///
  /// Candidates have the counts of its n-grams, but not the n-grams themselves.
  package var targetModel: String

  package init(_ base: BaseSettings, targetModel: String) {
    self.base = base
    self.targetModel = targetModel
  }

  /// The files, which no output may replace.
  ///
  /// - Throws: ``PipelineError``
  func shards() throws(PipelineError) -> [Shard] { try Inputs([base.path, targetModel]).shards }

  /// - Parameters:
  ///   - header: of the candidates.
  ///   - path: the file of candidates.
  /// - Throws: ``PipelineError``
  func counts(
    _ header: CandidateFile.Header, _ path: String, _ limits: ReadingLimits
  ) throws(PipelineError) -> BaseCounts {
    let target = try header.target(targetModel, of: path, limits)
    return base.counts(try base.model(target.settings, limits), TargetProfile(target.counts))
  }
}
