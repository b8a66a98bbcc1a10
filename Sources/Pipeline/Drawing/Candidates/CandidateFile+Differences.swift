internal import Files
internal import Reading

extension CandidateFile.Settings {
  /// The first setting that differs between the two; nil if none does.
  func firstDifference(from other: Self) -> CandidateSetting? {
    let pairs: [(CandidateSetting, Bool)] = [
      (.targetModel, targetModel == other.targetModel && haveSameTargets(other)),
      (.poolModel, poolModel == other.poolModel),
      (.seed, seed == other.seed), (.unit, unit == other.unit),
      (.stratify, stratify.map { ExactString($0) } == other.stratify.map { ExactString($0) }),
      (
        .tokensField,
        tokensField.map { ExactString($0) } == other.tokensField.map { ExactString($0) }
      ),
      (.count, count == other.count), (.topK, topK == other.topK),
      (.temperature, temperature == other.temperature),
      (.minimumTokenCount, minimumTokenCount == other.minimumTokenCount),
      (.maximumTokenCount, maximumTokenCount == other.maximumTokenCount),
      (.minimumLogWeight, minimumLogWeight == other.minimumLogWeight),
      (.estimator, estimator == other.estimator),
      (.normalization, normalization == other.normalization),
      (.smoothing, smoothing == other.smoothing),
      (.targetSmoothing, targetSmoothing == other.targetSmoothing),
      (.compatibility, compatibility == other.compatibility),
      (
        .textField,
        ExactString(textField.expression) == ExactString(other.textField.expression)
      ),
      (.textJoin, textField == other.textField),
      // Other options imply an objective, and it implies a share.
      (.objective, objective == other.objective),
      (.count, keptAmount == other.keptAmount),
      (.logisticShare, logisticShare == other.logisticShare),
      (.nearDuplicates, nearDuplicates == other.nearDuplicates),
      (.replay, replay == other.replay), (.additions, haveSameAdditions(other)),
    ]
    return (pairs + exclusionPairs(other)).first { !$0.1 }?.0
  }
}

extension CandidateFile.Settings {
  /// Whether the targets have the same names and models, in the same order.
  private func haveSameTargets(_ other: Self) -> Bool {
    targets.map { ExactString($0.name) } == other.targets.map { ExactString($0.name) }
      && targets.map(\.model) == other.targets.map(\.model)
  }

  private func haveSameAdditions(_ other: Self) -> Bool {
    additions.map { ExactString($0.field) } == other.additions.map { ExactString($0.field) }
      && additions.map(\.coefficient) == other.additions.map(\.coefficient)
  }

  /// Settings of what is excluded, and whether they agree.
  private func exclusionPairs(_ other: Self) -> [(CandidateSetting, Bool)] {
    let (one, two) = (exclusion?.identity, other.exclusion?.identity)
    return [
      (.exclude, one?.files == two?.files), (.excludeNgram, one?.gramLength == two?.gramLength),
      (
        .excludeTextField, one?.textField == two?.textField && one?.textJoin == two?.textJoin
      ),
      (.excludeTarget, one?.excludesTarget ?? false == two?.excludesTarget ?? false),
    ]
  }
}
