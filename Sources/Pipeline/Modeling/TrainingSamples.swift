internal import Featurizing
internal import Platform
internal import Weighting

/// The samples of documents that components are trained on.
struct TrainingSamples: Sendable {
  /// One per target; nil without a sample.
  var targets: [DocumentSample?]
  var pool: DocumentSample?
  var features: FeatureSettings

  /// Trains the components of all targets that need samples.
  ///
  /// - Complexity: that of training, once per target.
  func train(_ settings: EstimatorSettings) -> [TargetComponents] {
    targets.map { target in
      var evidence: SampleEvidence?
      if let target, let pool {
        evidence = SampleEvidence(target: target, pool: pool, features: features)
      }
      return TargetComponents(settings.kind.components, evidence, settings)
    }
  }

  /// Trains, and does `work` at the same time if there are two threads; otherwise before.
  ///
  /// - Throws: ``PipelineError``
  func train<Result>(
    _ settings: EstimatorSettings, threadCount: Int, while work: () -> Result
  ) throws(PipelineError) -> ([TargetComponents], Result) {
    do throws(SystemError) {
      return try Threads.both(threadCount: threadCount, { train(settings) }, work)
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
  }
}
