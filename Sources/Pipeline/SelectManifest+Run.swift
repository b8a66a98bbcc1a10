internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

extension SelectManifest.Settings {
  init(_ settings: SelectSettings, temperature: Double) {
    let size: [String: Double] =
      switch settings.size {
      case .documents(let count): ["count": Double(count)]
      case .fraction(let share): ["fraction": share]
      case .tokens(let count): ["tokens": Double(count)]
      case .bytes(let count): ["bytes": Double(count)]
      }
    self.init(
      text_field: settings.reading.textField, target_text_field: settings.targetTextField,
      compat: settings.weights.compatibility?.rawValue,
      estimator: settings.weights.estimator.rawValue,
      tokenizer: settings.features.tokenizer.rawValue,
      unicode_version: UnicodeTables.version, ngrams: settings.features.maximumOrder,
      buckets: settings.features.bucketCount, hashing: settings.features.hashing.rawValue,
      smoothing: settings.weights.pseudocount, target_smoothing: settings.weights.targetPseudocount,
      floor: settings.weights.compatibility?.weightFloor ?? 0, size: size,
      top_k: !settings.draw.addsNoise, temperature: temperature,
      temperature_goal: Self.goal(settings.draw.temperature),
      normalize: settings.weights.normalization.rawValue,
      logistic_share: settings.draw.logisticShare, replay: settings.replay,
      fit_sample: settings.fittedShare,
      stratify: settings.stratify?.field, mixture: settings.stratify?.mixture,
      mixture_temperature: settings.stratify?.temperature, fill: settings.stratify?.fills,
      min_tokens: settings.draw.minimumTokenCount,
      duplicates: settings.draw.keepsDuplicates ? "keep" : "drop",
      on_error: settings.reading.errorPolicy == .skip ? "skip" : "fail",
      annotate: settings.annotates, compress: settings.outputs.container.rawValue,
      max_line_bytes: settings.reading.limits.maximumLine,
      max_window: settings.reading.limits.maximumWindow)
  }

  private static func goal(_ temperature: DrawSettings.Temperature) -> [String: Double]? {
    switch temperature {
    case .fixed: nil
    // Without a number, it is that of the documents drawn: 1 for each.
    case .effectiveSampleSize(let size):
      size.map { ["effective_size": $0] } ?? ["effective_size_per_document": 1]
    case .overlap(let share): ["overlap": share]
    }
  }
}

extension PassReport {
  /// The inputs as manifests list them.
  var inputRecords: [SelectManifest.Input] {
    shards.map { shard in
      SelectManifest.Input(
        path: shard.name, container: shard.container, checksum: shard.hasChecksums,
        bytes: shard.storedByteCount, text_bytes: shard.byteCount,
        documents: shard.documentCount, xxh3: (shard.contentHash ?? 0).hexadecimal,
        skipped_lines: shard.skippedRecord)
    }
  }

  /// Skipped lines as manifests count them.
  var skippedByReason: [String: Int] {
    Dictionary(uniqueKeysWithValues: skipped.map { ($0.key.rawValue, $0.value) })
  }
}

extension ShardSummary {
  /// Skipped lines as manifests count them; nil if there are none.
  var skippedRecord: [String: Int]? {
    skipped.isEmpty
      ? nil : Dictionary(uniqueKeysWithValues: skipped.map { ($0.key.rawValue, $0.value) })
  }
}

extension SelectManifest.Side {
  init(_ counts: FeatureCounts, _ report: PassReport) {
    self.init(
      inputs: report.inputRecords, documents: report.documentCount,
      fitted_documents: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), empty_buckets: counts.emptyBucketCount,
      skipped_lines: report.skippedByReason)
  }
}

extension Budget {
  /// What it is measured in.
  var unit: String {
    switch self {
    case .documents: "documents"
    case .tokens: "tokens"
    case .bytes: "bytes"
    }
  }
}

extension SelectManifest.Selected {
  init(_ drawn: DrawRun.Outcome, _ copied: CopyStep.Outcome, _ budget: Budget) {
    self.init(
      documents: copied.documentCount, tokens: copied.tokenCount,
      features: copied.counts.reduce(0) { $0 + Int($1.featureCount) }, bytes: copied.byteCount,
      shortfall: drawn.shortfall, shortfall_unit: budget.unit, all_eligible: drawn.isExhausted,
      dropped_copies: copied.copyCount, by_logistic: drawn.logisticCount,
      threshold_key: drawn.parts.first?.selection.thresholdKey)
  }
}

extension SelectManifest.Selected {
  /// Counts the targets' own documents among those that were drawn.
  mutating func countTargetDocuments(_ selection: [DrawnDocument], _ texts: TextHashes) {
    let found = selection.count { texts.contains($0.candidate.textHash) }
    target_documents = texts.scaled(found)
    target_documents_is_estimate = texts.isWhole ? nil : true
  }
}

extension Budget {
  /// What this is of all that is eligible, at most 1.
  func share(of eligible: EligibleDocuments) -> Double {
    let whole =
      switch self {
      case .documents: eligible.documentCount
      case .tokens: eligible.tokenCount
      case .bytes: eligible.byteCount
      }
    return whole > amount ? Double(amount) / Double(whole) : 1
  }

  /// About how many documents will be drawn.
  func expectedCount(of eligible: EligibleDocuments) -> Int {
    if case .documents(let count) = self { return min(count, eligible.documentCount) }
    return Int((share(of: eligible) * Double(eligible.documentCount)).rounded())
  }
}
