internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// What a run of `dsel select` did: the content of the manifest, and of the summary.
///
/// Equal runs have equal manifests but for ``timings``.
package struct SelectManifest: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    package var text_field: String
    /// What is reproduced, if anything.
    package var compat: String?
    package var tokenizer: String
    package var unicode_version: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    package var smoothing: Double
    package var target_smoothing: Double
    /// Added to every probability of which a weight takes the logarithm.
    package var floor: Double
    package var size: [String: Double]
    package var top_k: Bool
    package var temperature: Double
    package var normalize: String
    package var min_tokens: Int
    package var duplicates: String
    package var on_error: String
    package var annotate: Bool
    package var compress: String
    package var max_line_bytes: Int
    package var max_window: Int
  }

  package struct Input: Encodable, Sendable {
    package var path: String
    package var container: String
    /// Whether a zstd or gzip file guards all of its content by checksums.
    package var checksum: Bool?
    /// Bytes as stored, and decompressed.
    package var bytes: Int
    package var text_bytes: Int
    package var documents: Int
    /// XXH3-64 of the stored bytes, as `xxhsum -H3` prints it.
    package var xxh3: String
  }

  package struct Side: Encodable, Sendable {
    package var inputs: [Input]
    package var documents: Int
    package var tokens: Int
    package var features: Int
    package var empty_buckets: Int
    package var skipped_lines: [String: Int]
  }

  package struct Selected: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
    package var features: Int
    package var bytes: Int
    /// What the budget had left, in its own unit.
    package var shortfall: Int
    package var shortfall_unit: String
    /// True if the whole of the eligible pool was selected and more had been asked for.
    package var all_eligible: Bool
    /// Documents left out because their text was that of a selected one.
    package var dropped_copies: Int
    package var threshold_key: Double?
  }

  package struct Timings: Encodable, Sendable {
    package var seconds: [String: Double] = [:]
    package var total_seconds = 0.0
    package var threads = 0
  }

  package var dsel_version: String
  package var command = "select"
  package var seed: UInt64
  package var settings: Settings
  package var target: Side
  package var pool: Side
  package var eligible_documents: Int
  /// Documents of the pool with fewer than `min_tokens` tokens.
  package var under_min_tokens: Int
  package var effective_sample_size: Double
  package var kl_target_pool: Double
  /// Both are left out when nothing was selected.
  package var kl_target_selected: Double?
  package var kl_reduction: Double?
  package var selected: Selected
  /// All that may differ between two equal runs.
  package var timings: Timings
}

extension SelectManifest.Settings {
  init(_ settings: SelectSettings) {
    let size: [String: Double] =
      switch settings.size {
      case .documents(let count): ["count": Double(count)]
      case .fraction(let share): ["fraction": share]
      case .tokens(let count): ["tokens": Double(count)]
      case .bytes(let count): ["bytes": Double(count)]
      }
    self.init(
      text_field: settings.textField, compat: settings.compatibility?.rawValue,
      tokenizer: settings.features.tokenizer.rawValue,
      unicode_version: UnicodeTables.version, ngrams: settings.features.maximumOrder,
      buckets: settings.features.bucketCount, hashing: settings.features.hashing.rawValue,
      smoothing: settings.pseudocount, target_smoothing: settings.targetPseudocount,
      floor: settings.compatibility?.weightFloor ?? 0, size: size,
      top_k: !settings.draw.addsNoise, temperature: settings.draw.temperature,
      normalize: settings.draw.normalization.rawValue,
      min_tokens: settings.draw.minimumTokenCount,
      duplicates: settings.draw.keepsDuplicates ? "keep" : "drop",
      on_error: settings.errorPolicy == .skip ? "skip" : "fail", annotate: settings.annotates,
      compress: settings.container.rawValue, max_line_bytes: settings.limits.maximumLine,
      max_window: settings.limits.maximumWindow)
  }
}

extension SelectManifest.Side {
  init(_ counts: FeatureCounts, _ report: PassReport) {
    self.init(
      inputs: report.shards.map { shard in
        let digits = String(shard.contentHash ?? 0, radix: 16)
        return SelectManifest.Input(
          path: shard.name, container: shard.container,
          checksum: shard.hasChecksums, bytes: shard.storedByteCount,
          text_bytes: shard.byteCount, documents: shard.documentCount,
          xxh3: String(repeating: "0", count: 16 - digits.count) + digits)
      },
      documents: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), empty_buckets: counts.emptyBucketCount,
      skipped_lines: Dictionary(
        uniqueKeysWithValues: report.skipped.map { ($0.key.rawValue, $0.value) }))
  }
}
