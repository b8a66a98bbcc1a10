internal import Resampling
internal import Weighting

extension DrawRecipe {
  /// The bins of the weights for each target that is shown.
  func weightBins(_ weighed: DrawStep.Outcome) -> [WeightBins] {
    zip(weighed.spreads, temperatures).prefix(SurveyStep.mostTargets).map { spread, temperature in
      WeightBins(spread.histogram, temperature: temperature)
        ?? WeightBins(width: 1, first: 0, count: 1)
    }
  }
}

extension Drawn {
  /// Near-duplicates that were left out.
  var leftOutAsSimilar: [Candidate] { (nearDuplicates?.documents ?? []).map(\.candidate) }

  /// Whether each part draws by log weights.
  var partsByWeight: [Bool] {
    parts.map { if case .logWeight = $0.arm.source { true } else { false } }
  }

  /// The smallest key that a target drew by its log weights, if all its parts have the same.
  func cut(ofTarget target: Int) -> Double? {
    let parts = parts.filter { $0.arm.source == .logWeight(target: target) }
    guard parts.count == 1, objective == nil else { return nil }
    return parts[0].selection.thresholdKey
  }
}

extension Drawn {
  /// The histograms of the weights for each target that is shown.
  func histograms(
    _ outcome: SurveyStep.Outcome, _ bins: [WeightBins], _ recipe: DrawRecipe, names: [String?]
  ) -> [ReportData.Weights] {
    zip(bins.indices, names).map { target, name in
      ReportData.Weights(
        name, bins[target], pool: outcome.poolWeights[target],
        selected: outcome.selectedWeights[target],
        cut: cut(ofTarget: target).map { $0 * recipe.temperatures[target] },
        hasNoise: recipe.draw.addsNoise)
    }
  }
}

extension ReportTexts {
  /// Adds random documents of a selection, to count words in.
  mutating func count(_ selection: [DrawnDocument], seed: UInt64) {
    let hash = SeededHash(seed: seed, purpose: .report)
    var picks = DocumentPicks(limit: SurveyStep.mostRead)
    for document in selection {
      let score = DocumentPicks.randomScore(hash, document.candidate.textHash)
      picks.add(score) { DocumentPick(document.candidate, score: $0) }
    }
    count(picks.sorted, in: .selected)
  }

  /// Adds the documents that explain a draw.
  mutating func show(
    _ outcome: SurveyStep.Outcome, _ drawn: Drawn, names: [String?], seed: UInt64
  ) {
    for target in outcome.best.indices {
      let name = outcome.best.count > 1 ? names[target] : nil
      show(.best, target: name, outcome.best[target].sorted)
      show(.cut, target: name, outcome.last[target].sorted)
      show(.below, target: name, outcome.below[target].sorted)
    }
    show(.unselected, outcome.unselected.sorted)
    show(drawn.nearDuplicates?.sample(seed: seed) ?? [], outcome.nameByPosition)
  }

  /// Adds near-duplicates.
  mutating func show(
    _ documents: [NearDuplicate],
    _ nameByPosition: [Position: SurveyStep.DocumentName] = [:]
  ) {
    show(
      .nearDuplicate, documents.map { DocumentPick($0.candidate, score: 0) }, similarTo: documents,
      nameByPosition)
  }
}

extension NearDuplicates {
  /// Random ones, which a report shows.
  func sample(seed: UInt64) -> [NearDuplicate] {
    let hash = SeededHash(seed: seed, purpose: .report)
    return documents.map {
      (score: DocumentPicks.randomScore(hash, $0.candidate.textHash), document: $0)
    }.sorted {
      ($0.score, $0.document.candidate.position) < ($1.score, $1.document.candidate.position)
    }.prefix(SurveyStep.sampleSize(targetCount: 1)).map(\.document)
  }
}
