internal import Weighting

extension PassReport {
  /// The inputs, as a model file lists them.
  var inputs: [FittedModel.Input] {
    shards.map {
      FittedModel.Input(
        path: $0.name, byteCount: $0.storedByteCount, documentCount: $0.documentCount,
        contentHash: $0.contentHash ?? 0)
    }
  }
}

extension PassReport {
  /// Checks that a pass has counted n-grams.
  ///
  /// - Throws: ``InputError/empty(role:skippedLines:)``, ``InputError/noTokens(role:)``
  func checkHasFeatures(_ counts: FeatureCounts, _ role: InputRole) throws(PipelineError) {
    guard counts.documentCount > 0 else {
      throw .input(.empty(role: role, skippedLines: skippedCount))
    }
    guard counts.featureCount > 0 else { throw .input(.noTokens(role: role)) }
  }
}
