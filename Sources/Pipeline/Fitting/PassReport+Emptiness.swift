internal import Weighting

extension PassReport {
  /// - Throws: ``InputError/empty(role:skippedLines:)``
  func checkHasDocuments(_ role: InputRole) throws(PipelineError) {
    guard documentCount > 0 else {
      throw .input(.empty(role: role, skippedLines: skippedCount))
    }
  }

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
