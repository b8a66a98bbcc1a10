internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// Says why documents were selected or not: `dsel explain --manifest`.
///
/// It makes the selection again, up to the draw, and passes over the pool twice more: to find the
/// documents, and to count those before them.
package struct Why: Sendable {
  private let settings: RepeatSettings
  private let wanted: WantedDocuments
  /// The number of n-grams shown each way.
  private let top: Int
  private let progress: ProgressMeter
  private let registry: TemporaryFiles

  package init(
    _ settings: RepeatSettings, _ wanted: WantedDocuments, top: Int, progress: ProgressMeter,
    registry: TemporaryFiles
  ) {
    self.settings = settings
    self.wanted = wanted
    self.top = top
    self.progress = progress
    self.registry = registry
  }

  /// - Throws: ``PipelineError``
  package func run() throws -> SelectionAnswer {
    let opened = try RepeatedSelection.open(settings, progress, registry)
    // Misspelt names are found before the work.
    opened.select.begin(.explain, opened.files.pool, .none)
    let found = try DocumentSearch(wanted, opened.files.pool).run(opened.select)
    let selection = try RepeatedSelection(opened, ranking: Set(found.map(\.textKey)))
    var facts = DocumentFacts.Reading(selection)
    let documents = found.map { facts.facts(of: $0) }
    let verdicts = Verdicts(selection)
    let judged = documents.map { verdicts.verdict(on: $0) }
    var ranks = KeyRanks(
      weights: selection.temperatures.indices.map { target in
        KeyRanks.Scale(documents.filter(\.isEligible).map { $0.weights[target] })
      },
      partScales: selection.drawn.parts.enumerated().map { number, part in
        KeyRanks.Scale(
          documents.compactMap { $0.keyByPart[number] } + [part.answerThreshold].compactMap { $0 })
      })
    ranks.wantedPositions = Set(judged.compactMap { $0.other })
    ranks = try ranks.counted(in: selection, idField: wanted.idField)
    var explainers = NGramExplainers(selection.trained.model, top: top)
    return SelectionAnswer(
      dselVersion: settings.select.version, manifest: settings.run.path,
      draw: draw(selection),
      documents: zip(documents, judged).map { facts, verdict in
        answer(facts, verdict, selection, ranks, &explainers)
      })
  }

  private func draw(_ selection: RepeatedSelection) -> SelectionAnswer.Draw {
    let draw = settings.select.draw
    let weights = selection.plan.quantileWeights
    return SelectionAnswer.Draw(
      documents: selection.trained.pool.documents,
      eligibleDocuments: selection.drawn.weighed.eligibleCount,
      selectedDocuments: selection.drawnByPosition.count, minTokens: draw.minimumTokenCount,
      maxTokens: draw.maximumTokenCount, minWeight: draw.minimumLogWeight,
      minQuantile: draw.minimumQuantile, quantileWeights: weights.isEmpty ? nil : weights)
  }

  private func answer(
    _ facts: DocumentFacts, _ verdict: Verdicts.Verdict, _ selection: RepeatedSelection,
    _ ranks: KeyRanks, _ explainers: inout NGramExplainers
  ) -> SelectionAnswer.Document {
    let found = facts.found
    let shards = selection.files.pool.shards
    var document = SelectionAnswer.Document(
      file: shards[found.line.position.shard].name, line: found.line.number, id: found.id.name,
      selected: verdict.reason == .selected, reason: verdict.reason, tokens: facts.tokenCount,
      textBytes: facts.tokenCount.map { _ in found.text.count }, stratum: facts.stratum,
      invalid: facts.fault?.reason.rawValue, weights: [], parts: [])
    document.exclusion = verdict.exclusion.map {
      SelectionAnswer.Exclusion($0, selection.files.exclusion, reached: verdict.isReached)
    }
    if let position = verdict.other {
      let reference = ranks.referenceByPosition[position]
      let other = SelectionAnswer.Other(
        file: shards[position.shard].name, line: reference?.line, id: reference?.id.name,
        similarity: verdict.similarity)
      if verdict.similarity == nil {
        document.copyOf = other
      } else {
        document.nearDuplicateOf = other
      }
    }
    guard facts.tokenCount != nil else { return document }
    document.weights = facts.weights.enumerated().map { target, weight in
      let scale = ranks.weights[target]
      let rank = facts.isEligible ? scale.largerCount(than: weight) + 1 : nil
      let ngrams = explainers.ngrams(of: found.text, target: target)
      return SelectionAnswer.Weight(
        target: selection.targetName(target), logWeight: weight, rank: rank,
        quantile: rank.map {
          Double(scale.documentCount - $0 + 1) / Double(scale.documentCount)
        }, up: ngrams.up, down: ngrams.down)
    }
    document.parts = facts.keyByPart.keys.sorted().compactMap { number in
      facts.keyByPart[number].map { part(number, key: $0, facts, verdict, selection, ranks) }
    }
    return document
  }

  private func part(
    _ number: Int, key: Double, _ facts: DocumentFacts, _ verdict: Verdicts.Verdict,
    _ selection: RepeatedSelection, _ ranks: KeyRanks
  ) -> SelectionAnswer.Part {
    let part = selection.drawn.parts[number]
    let threshold = part.answerThreshold
    return SelectionAnswer.Part(
      by: part.name(isOfSet: selection.drawn.objective != nil),
      target: part.arm.target.flatMap { selection.targetName($0) }, stratum: part.stratum,
      selected: verdict.part == number, documents: part.selection.documents.count, key: key,
      keyRank: ranks.partScales[number].largerCount(than: key) + 1,
      keyCount: ranks.partScales[number].documentCount, thresholdKey: threshold,
      cut: threshold.map { ranks.partScales[number].count(from: $0) },
      candidates: part.candidateRanks.map {
        SelectionAnswer.Candidates(
          count: $0.count, rank: $0.place(of: facts.found.textKey)?.rank,
          thresholdKey: $0.thresholdKey)
      })
  }
}

extension Drawn.Part {
  /// The smallest key that a document needed: to be drawn, or to be a candidate for a set.
  var answerThreshold: Double? { candidateRanks?.thresholdKey ?? selection.thresholdKey }
}

extension SelectionAnswer.Exclusion {
  fileprivate init(_ match: ExclusionMatch, _ exclusion: Exclusion?, reached: Bool) {
    self.init(reason: "target", reached: reached)
    guard case .evaluation(let file, let line, let gram)? = exclusion?.reason(of: match) else {
      return
    }
    reason = "ngram"
    evaluationFile = exclusion?.report.shards[file].name
    evaluationLine = line
    ngram = gram
  }
}
