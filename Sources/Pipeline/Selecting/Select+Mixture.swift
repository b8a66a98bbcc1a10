internal import Files
internal import Resampling
internal import Weighting

/// Finds the shares of strata, if they aren't given.
extension Select {
  /// How the pool is divided.
  struct Mixture {
    /// With the shares that were found; nil without strata.
    var strata: StratifySettings?
    /// How the shares were found; nil if they were given.
    var record: MixtureRecord?
  }

  /// Whether the target is read again to find shares.
  var findsMixture: Bool { settings.stratify?.findsMixture ?? false }

  /// - Parameter fitted: gives up the counts of the pool's strata.
  func mixture(
    _ fitted: inout (targets: [Fitted], pool: Fitted), _ files: OpenFiles, _ clock: StepClock
  ) throws -> Mixture {
    var strata = settings.stratify
    let counts = fitted.pool.outcome.stratumCounts
    fitted.pool.outcome.stratumCounts = nil
    guard findsMixture, let counts, let target = files.targets.first,
      let texts = fitted.targets.first?.outcome.texts
    else { return Mixture(strata: strata) }
    // A field that no document has is reported as such.
    guard fitted.pool.outcome.strata.keys.contains(where: { $0 != "" }) else {
      return Mixture(strata: strata)
    }
    return try clock.time(.findMixture) {
      let bucketCount = StratumCounts.bucketCount(of: settings.features.bucketCount)
      let models = StratumModels(counts, bucketCount: bucketCount)
      guard !models.names.isEmpty else { throw PipelineError.input(.noTokens(role: .pool)) }
      let evidence = try evidence(target, texts, models)
      guard evidence.documentCount > 0 else {
        throw PipelineError.input(.noTokens(role: .target))
      }
      let (unit, name) = mixtureUnit
      let estimate = ShareEstimate(evidence, models, unit: unit)
      let amounts = estimate.parts
      var mixture: [ExactString: Double] = [:]
      for (number, amount) in amounts.enumerated() where amount > 0 {
        mixture[models.names[number]] = Double(amount) / Double(ShareEstimate.partCount)
      }
      strata?.mixture = mixture
      return Mixture(
        strata: strata,
        record: MixtureRecord(
          estimate, models.names, unit: name, documentCount: evidence.documentCount,
          amounts))
    }
  }

  private func evidence(
    _ target: Inputs, _ texts: TextHashes, _ models: StratumModels
  ) throws -> StratumEvidence {
    begin(.findMixture, target, .none)
    let workers = settings.reading.with(textField: settings.targetTextField).workers(progress)
    let known = texts.all
    let largestHash =
      known.count > TargetStrata.mostTexts ? known[TargetStrata.mostTexts - 1] : .max
    let (results, _) = try PipelineError.inTarget(true) {
      try workers.run(target.shards) {
        TargetStrata(models, settings.features, largestHash: largestHash)
      }
    }
    var evidence = StratumEvidence(stratumCount: models.names.count)
    for result in results { evidence.merge(result) }
    return evidence
  }

  /// Shares are of what the size counts, so that the selection is to the target as the shares say.
  private var mixtureUnit: (StratumEvidence.Unit, String) {
    if let search = settings.sizeSearch {
      return search.unit == .tokens ? (.tokens, "tokens") : (.documents, "documents")
    }
    switch settings.size {
    case .documents, .fraction: return (.documents, "documents")
    case .tokens: return (.tokens, "tokens")
    case .bytes: return (.bytes, "bytes")
    }
  }
}
