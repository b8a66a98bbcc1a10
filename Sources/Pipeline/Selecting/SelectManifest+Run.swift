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
      textField: settings.reading.textField, targetTextField: settings.targetTextField,
      compat: settings.weights.compatibility?.rawValue,
      estimator: settings.weights.estimator.rawValue,
      tokenizer: settings.features.tokenizer.rawValue,
      unicodeVersion: UnicodeTables.version, ngrams: settings.features.maximumOrder,
      buckets: settings.features.bucketCount, hashing: settings.features.hashing.rawValue,
      smoothing: settings.weights.pseudocount, targetSmoothing: settings.weights.targetPseudocount,
      floor: settings.weights.compatibility?.weightFloor ?? 0, size: size,
      topK: !settings.draw.addsNoise, temperature: temperature,
      temperatureGoal: Self.goal(settings.draw.temperature),
      normalize: settings.weights.normalization.rawValue,
      logisticShare: settings.draw.logisticShare, replay: settings.replay,
      fitSample: settings.fittedShare,
      stratify: settings.stratify?.field, mixture: settings.stratify?.mixture,
      mixtureTemperature: settings.stratify?.temperature, fill: settings.stratify?.fills,
      minTokens: settings.draw.minimumTokenCount,
      duplicates: settings.draw.keepsDuplicates ? "keep" : "drop",
      onError: settings.reading.errorPolicy == .skip ? "skip" : "fail",
      annotate: settings.annotates, compress: settings.outputs.container.rawValue,
      maxLineBytes: settings.reading.limits.maximumLine,
      maxWindow: settings.reading.limits.maximumWindow)
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
  var inputRecords: [InputRecord] {
    shards.map { shard in
      InputRecord(
        path: shard.name, container: shard.container, checksum: shard.hasChecksums,
        bytes: shard.storedByteCount, textBytes: shard.byteCount,
        documents: shard.documentCount, xxh3: (shard.contentHash ?? 0).hexadecimal,
        skippedLines: shard.skippedRecord)
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

extension SideRecord {
  init(_ counts: FeatureCounts, _ report: PassReport) {
    self.init(
      inputs: report.inputRecords, documents: report.documentCount,
      fittedDocuments: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), emptyBuckets: counts.emptyBucketCount,
      skippedLines: report.skippedByReason)
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

extension SelectionRecord {
  init(_ drawn: DrawRun.Outcome, _ copied: CopyStep.Outcome, _ budget: Budget) {
    self.init(
      documents: copied.documentCount, tokens: copied.tokenCount,
      features: copied.counts.reduce(0) { $0 + Int($1.featureCount) }, bytes: copied.byteCount,
      shortfall: drawn.shortfall, shortfallUnit: budget.unit, allEligible: drawn.isExhausted,
      droppedCopies: copied.copyCount, byLogistic: drawn.logisticCount,
      thresholdKey: drawn.parts.first?.selection.thresholdKey)
  }
}

extension SelectionRecord {
  /// Counts the targets' own documents among those that were drawn.
  mutating func countTargetDocuments(_ selection: [DrawnDocument], _ texts: TextHashes) {
    let found = selection.count { texts.contains($0.candidate.textHash) }
    targetDocuments = texts.scaled(found)
    targetDocumentsIsEstimate = texts.isWhole ? nil : true
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
