internal import Reading
internal import Resampling
internal import Weighting
internal import Writing

/// Makes the report of a comparison.
extension Compare {
  typealias Read = (measured: Measured, inputs: Inputs)

  /// - Returns: nil if no report is requested.
  /// - Throws: ``PipelineError`` if its files can't be written.
  func reportOutputs(_ inputs: Inputs...) throws -> RunOutputs? {
    guard let report = settings.report, report.isRequested else { return nil }
    var outputs = OutputSettings()
    outputs.others = report.paths
    outputs.replaces = settings.replaces
    return try RunOutputs(outputs, inputs: inputs.flatMap(\.shards), registry: registry)
  }

  /// - Throws: ``PipelineError`` if documents can't be read again.
  func reportData(
    _ comparison: Comparison, _ target: Read, _ selected: Read, _ pool: Read?, _ clock: StepClock
  ) throws -> ReportData {
    progress.begin(.survey, totalStoredByteCount: nil, pass: .none)
    var phrases = PhraseCounts(settings.features.tokenizer)
    let field = settings.targetTextField
    let samples =
      try read(selected, .selected, .selected, nil, &phrases)
      + (pool.map { try read($0, .base, .pool, nil, &phrases) } ?? [])
      + read(target, pool == nil ? .base : .target, .target, field, &phrases)
    var data = ReportData(
      dselVersion: comparison.dselVersion, command: comparison.command, seed: comparison.seed,
      selected: .init(comparison.selected), pool: comparison.pool.map { .init($0) },
      timings: .init(
        clock.timings(threadCount: settings.reading.threadCount, settings.command)))
    data.set("text_field", comparison.settings.textField)
    data.set("target_text_field", comparison.settings.targetTextField)
    data.set("tokenizer", comparison.settings.tokenizer)
    data.set("ngrams", comparison.settings.ngrams)
    data.set("buckets", comparison.settings.buckets)
    data.set("heldout_tokens", comparison.settings.heldoutTokens)
    data.set("shuffles", comparison.settings.shuffles)
    data.targets = [
      ReportData.Target(
        documents: comparison.target.documents, tokens: comparison.target.tokens, share: 1,
        klPool: comparison.klTargetPool, klRandom: comparison.klTargetRandom,
        klSelected: comparison.klTargetSelected, coveragePool: comparison.coveragePool,
        coverageRandom: comparison.coverageRandom, coverageSelected: comparison.coverageSelected)
    ]
    data.lacks = [.weights] + (pool == nil ? [.pool] : [])
    data.lengths = [
      pool.flatMap { ReportData.Lengths(.pool, $0.measured) },
      ReportData.Lengths(.selected, selected.measured),
      ReportData.Lengths(.target, target.measured),
    ].compactMap { $0 }
    data.domains = settings.domainField.map {
      ReportData.Domains(
        field: $0, selected: selected.measured.domains, pool: pool?.measured.domains,
        target: target.measured.domains)
    }
    data.phrases = ReportData.Phrases(phrases, base: pool == nil ? .target : .pool)
    data.judged = comparison.heldout.map(Self.judged) ?? []
    data.samples = samples
    data.addInputs("target", comparison.target.inputs)
    data.addInputs("selected", comparison.selected.inputs)
    data.addInputs("pool", comparison.pool?.inputs ?? [])
    return data
  }

  /// Counts the words of one side, and shows some of its documents.
  private func read(
    _ side: Read, _ words: PhraseCounts.Side, _ reason: ReportData.SampleGroup.Reason,
    _ field: TextField?, _ phrases: inout PhraseCounts
  ) throws -> [ReportData.SampleGroup] {
    var texts = ReportTexts(side.inputs.shards)
    texts.count(side.measured.read, in: words)
    texts.show(
      reason, Array(side.measured.read.prefix(SurveyStep.sampleSize(targetCount: 1))))
    let reading = settings.reading.with(textField: field)
    try texts.read(
      side.inputs.shards, reading.textField, reading.limits, progress, into: &phrases)
    return texts.groups
  }

  private static func judged(_ heldout: HeldoutRecord) -> [ReportData.Judged] {
    [ReportData.Judged(heldout.selected, file: nil)]
      + heldout.others.map { ReportData.Judged($0, file: $0.inputs?.first?.path) }
      + (heldout.randomArm.map { [ReportData.Judged($0, file: nil, isRandom: true)] } ?? [])
  }
}

extension ReportData.Judged {
  fileprivate init(_ trained: HeldoutRecord.Trained, file: String?, isRandom: Bool = false) {
    let range = trained.shuffles > 1 ? trained.spread.bitsPerByte : nil
    self.init(
      file: file, isRandom: isRandom, tokens: trained.tokens, bitsPerByte: trained.bitsPerByte,
      perplexity: trained.perplexity, smallest: range?.smallest, largest: range?.largest)
  }
}

extension ReportData.Side {
  fileprivate init(_ side: Comparison.Side) {
    self.init(documents: side.documents, tokens: side.tokens, bytes: side.bytes)
  }
}

extension ReportData.Lengths {
  fileprivate init?(_ role: Role, _ measured: Compare.Measured) {
    self.init(role, measured.lengths, tokenCount: measured.side.tokens)
  }
}
