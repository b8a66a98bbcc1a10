internal import Choosing
internal import Resampling

/// Takes the records of candidates, in any order and from any thread.
protocol FeatureSink: Sendable {
  /// - Parameters:
  ///   - words: whole records, one after another.
  ///   - textHashes: the text hash of each record's candidate.
  /// - Throws: ``PipelineError``
  func add(_ words: [UInt32], textHashes: [UInt64]) throws(PipelineError)
}

/// Gives the features of candidates.
protocol FeatureSource: Sendable {
  /// - Parameters:
  ///   - candidates: in pool order. Records have their numbers.
  ///   - sink: gets a record for each.
  /// - Throws: ``PipelineError``
  func read(
    _ candidates: [Candidate], of profile: TargetProfile, into sink: any FeatureSink
  ) throws
}
