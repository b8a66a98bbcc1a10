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
      text_field: settings.reading.textField, compat: settings.weights.compatibility?.rawValue,
      estimator: settings.weights.estimator.rawValue,
      tokenizer: settings.features.tokenizer.rawValue,
      unicode_version: UnicodeTables.version, ngrams: settings.features.maximumOrder,
      buckets: settings.features.bucketCount, hashing: settings.features.hashing.rawValue,
      smoothing: settings.weights.pseudocount, target_smoothing: settings.weights.targetPseudocount,
      floor: settings.weights.compatibility?.weightFloor ?? 0, size: size,
      top_k: !settings.draw.addsNoise, temperature: temperature,
      temperature_goal: Self.goal(settings.draw.temperature),
      normalize: settings.weights.normalization.rawValue,
      logistic_share: settings.draw.logisticShare,
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

extension SelectManifest.Side {
  init(_ counts: FeatureCounts, _ report: PassReport) {
    self.init(
      inputs: report.shards.map { shard in
        SelectManifest.Input(
          path: shard.name, container: shard.container, checksum: shard.hasChecksums,
          bytes: shard.storedByteCount, text_bytes: shard.byteCount,
          documents: shard.documentCount,
          xxh3: (shard.contentHash ?? 0).hexadecimal)
      },
      documents: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), empty_buckets: counts.emptyBucketCount,
      skipped_lines: Dictionary(
        uniqueKeysWithValues: report.skipped.map { ($0.key.rawValue, $0.value) }))
  }
}

extension SelectManifest.Selected {
  init(_ selection: PartedSelection, _ copied: CopyStep.Outcome, _ budget: Budget) {
    let unit =
      switch budget {
      case .documents: "documents"
      case .tokens: "tokens"
      case .bytes: "bytes"
      }
    self.init(
      documents: copied.counts.documentCount, tokens: copied.counts.tokenCount,
      features: Int(copied.counts.featureCount), bytes: copied.byteCount,
      shortfall: selection.shortfall, shortfall_unit: unit, all_eligible: selection.isExhausted,
      dropped_copies: copied.copyCount, by_logistic: selection.second?.documents.count ?? 0,
      threshold_key: selection.first.thresholdKey)
  }
}

extension WeighStep.Outcome {
  /// The share of a selection whose weights are among as many largest, where copies that were left out count
  /// with what they are copies of; nil for an empty selection.
  func overlap(_ selection: Selection, _ keys: WeighStep.Keys) -> Double? {
    guard !selection.documents.isEmpty else { return nil }
    let copies = selection.documents.reduce(0) { $0 + Int($1.copies) }
    let top = histogram.top(selection.documents.count + copies)
    let hits = selection.documents.reduce(0.0) {
      $0 + top.contains(keys.effectiveWeight(of: $1))
    }
    return hits / Double(selection.documents.count)
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
