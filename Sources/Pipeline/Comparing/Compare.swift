internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// Compares a selection with its target and with its pool: `dsel compare`.
///
/// The pool is read twice. The second pass counts a random baseline with about as many tokens as
/// the selection. A third pass draws the baselines that are judged by held-out text.
package struct Compare: Sendable {
  let settings: CompareSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles
  /// Makes the page of a report; nil if there is none.
  let page: PageMaker?

  package init(
    _ settings: CompareSettings, progress: ProgressMeter, registry: TemporaryFiles,
    page: PageMaker? = nil
  ) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
    self.page = page
  }

  /// One side without its table of counts.
  ///
  /// Only the target's table is needed to compare the others.
  struct Measured {
    var side: Comparison.Side
    /// Folded to the buckets of divergences.
    var counts: FeatureCounts
    var coverage: Double
    var domains: DomainCounts
    var lengths: LengthHistogram
    /// Documents that a report reads again, in the order of their scores.
    var read: [DocumentPick]
  }

  /// - Throws: ``PipelineError``
  package func run() throws -> Comparison {
    let clock = StepClock()
    var targets = try Inputs(settings.targets, settings.reading)
    var selected = try Inputs(settings.selected, settings.reading)
    var pool = try Inputs(settings.pool, settings.reading)
    let outputs = try reportOutputs(targets, selected, pool)
    if !settings.pool.isEmpty {
      let judging = settings.heldout == nil ? 0 : 1
      progress.plan(passCount: 2 + judging + pool.spoolPassCount)
    }
    try pool.spool(settings.reading, progress, isPass: true)
    if settings.heldout != nil || outputs != nil {
      try selected.spool(settings.reading, progress)
    }
    if outputs != nil { try targets.spool(settings.reading, progress) }

    let target = try count(targets, .fitTarget, .target)
    let targetCounts = target.outcome.counts
    let texts = target.outcome.texts
    let ofTarget = measured(target, against: targetCounts)
    let ofSelected = measured(
      try count(selected, .countSelected, .selected, known: texts), against: targetCounts)
    var ofPool: Measured?
    var ofRandom: Measured?
    if !settings.pool.isEmpty {
      let measuredPool = measured(
        try count(pool, .fitPool, .pool, known: texts), against: targetCounts)
      let rate = Double(ofSelected.side.tokens) / Double(max(1, measuredPool.side.tokens))
      let arm = RandomDocuments(seed: settings.seed, purpose: .randomBaseline, rate: rate)
      ofRandom = measured(
        try count(pool, .countRandom, nil, arm: arm), against: targetCounts)
      ofPool = measuredPool
    }
    var comparison = comparison(ofTarget, ofSelected, ofPool, ofRandom)
    comparison.heldout = try heldout(selected, pool, ofPool?.side, targetTexts: texts)
    if let outputs {
      let data = try reportData(
        comparison, (ofTarget, targets), (ofSelected, selected), ofPool.map { ($0, pool) }, clock)
      try outputs.commit(outputs.write(data, settings.report, page), nil, nil)
    }
    return comparison
  }

  /// Judges the selection by held-out text; nil if there is none.
  private func heldout(
    _ selected: Inputs, _ pool: Inputs, _ poolSide: Comparison.Side?, targetTexts: TextHashes
  ) throws -> HeldoutRecord? {
    guard let heldout = settings.heldout else { return nil }
    let step = HeldoutStep(
      settings: heldout, reading: settings.reading, heldoutTextField: settings.targetTextField,
      seed: settings.seed, progress: progress)
    return try step.run(
      selected,
      poolSide.map {
        HeldoutStep.Pool(inputs: pool, documentCount: $0.documents, tokenCount: $0.tokens)
      }, targetTexts: targetTexts)
  }

  private struct Counted {
    var outcome: CompareStep.Outcome
    var report: PassReport
  }

  /// - Parameter role: the role that an error names if the input is empty; nil if it may be empty.
  private func count(
    _ input: Inputs, _ step: Step, _ role: InputRole?, arm: RandomDocuments? = nil,
    known: TextHashes? = nil
  ) throws -> Counted {
    let isTarget = role == .target
    let reading = settings.reading.with(textField: isTarget ? settings.targetTextField : nil)
    var workers = reading.workers(progress)
    workers.fields = settings.domainField.map { [$0] } ?? []
    workers.hashesContent = role != nil
    let isOfPool = step == .fitPool || step == .countRandom
    progress.begin(
      step, totalStoredByteCount: input.totalStoredByteCount, pass: isOfPool ? .next : .none)
    let (outcome, report) = try PipelineError.inTarget(isTarget) {
      try CompareStep(
        workers: workers, features: settings.features, tables: UnicodeTables(), arm: arm,
        keepsTexts: isTarget, known: known,
        readOrder: settings.report == nil || role == nil
          ? nil : SeededHash(seed: settings.seed, purpose: .report)
      ).run(input.shards)
    }
    if let role {
      guard outcome.counts.documentCount > 0 else {
        throw PipelineError.input(.empty(role: role, skippedLines: report.skippedCount))
      }
      guard outcome.counts.featureCount > 0 else {
        throw PipelineError.input(.noTokens(role: role))
      }
    }
    var corrected = input.corrected(report)
    // The pool has been counted before its random documents.
    if role == nil { corrected.textFields = [] }
    return Counted(outcome: outcome, report: corrected)
  }

  private func measured(_ counted: Counted, against target: FeatureCounts) -> Measured {
    let counts = counted.outcome.counts
    return Measured(
      side: .init(counted.outcome, counted.report),
      counts: counts.folded(to: Divergence.bucketCount),
      coverage: 1 - target.share(missingIn: counts), domains: counted.outcome.domains,
      lengths: counted.outcome.lengths, read: counted.outcome.read.sorted)
  }

  private func comparison(
    _ target: Measured, _ selected: Measured, _ pool: Measured?, _ random: Measured?
  ) -> Comparison {
    let fromSelected = Divergence.between(target.counts, selected.counts)
    let fromPool = pool.flatMap { Divergence.between(target.counts, $0.counts) }
    let fromRandom = random.flatMap { Divergence.between(target.counts, $0.counts) }
    return Comparison(
      dselVersion: settings.version, seed: settings.seed, settings: .init(settings),
      target: target.side, selected: selected.side, pool: pool?.side, randomArm: random?.side,
      klTargetSelected: fromSelected, klTargetPool: fromPool, klTargetRandom: fromRandom,
      klReduction: fromRandom.flatMap { random in fromSelected.map { random - $0 } },
      klReductionFromPool: fromPool.flatMap { pool in fromSelected.map { pool - $0 } },
      coverageSelected: selected.coverage, coveragePool: pool?.coverage,
      coverageRandom: random?.coverage,
      domains: settings.domainField.map { _ in
        Comparison.Domains(
          target: (target.domains, target.side.documents),
          selected: (selected.domains, selected.side.documents),
          pool: pool.map { ($0.domains, $0.side.documents) },
          random: random.map { ($0.domains, $0.side.documents) })
      })
  }
}
