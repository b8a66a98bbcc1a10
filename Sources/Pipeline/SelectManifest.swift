internal import Featurizing
package import Files
internal import Reading
internal import Resampling
internal import Weighting

/// What a run of `dsel select` did: the content of the manifest, and of the summary.
///
/// Equal runs have equal manifests but for ``timings``.
package struct SelectManifest: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    package var text_field: String
    /// Where the targets' text is, if elsewhere.
    package var target_text_field: String?
    /// What is reproduced, if anything.
    package var compat: String?
    package var estimator: String
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
    /// What the temperature was chosen for; nil if it was given.
    package var temperature_goal: [String: Double]?
    package var normalize: String
    /// The share of the selection that the regression draws alone.
    package var logistic_share: Double
    /// The share drawn at random.
    package var replay: Double
    package var fit_sample: Double
    package var stratify: String?
    package var mixture: [ExactString: Double]?
    package var mixture_temperature: Double?
    package var fill: Bool?
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
    /// Lines that were left out, by reason; nil if there are none.
    package var skipped_lines: [String: Int]?
  }

  package struct Side: Encodable, Sendable {
    package var inputs: [Input]
    package var documents: Int
    /// Those of them that were fitted, to which tokens and features belong.
    package var fitted_documents: Int
    package var tokens: Int
    package var features: Int
    package var empty_buckets: Int
    package var skipped_lines: [String: Int]
  }

  package struct Selected: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
    /// Without those of documents that were drawn at random.
    package var features: Int
    package var bytes: Int
    /// What the budget had left, in its own unit.
    package var shortfall: Int
    package var shortfall_unit: String
    /// True if the whole of the eligible pool was selected and more had been asked for.
    package var all_eligible: Bool
    /// Documents left out because their text was that of a selected one.
    package var dropped_copies: Int
    /// Documents whose text is that of a target's document; nil where the target isn't read.
    package var target_documents: Int?
    /// True if a target has so many texts that only a share of them was looked for, and the number is scaled up.
    package var target_documents_is_estimate: Bool?
    /// Documents that the regression drew alone.
    package var by_logistic: Int
    package var threshold_key: Double?
  }

  /// A random selection of about the same size, from the eligible documents.
  package struct RandomArm: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
  }

  package struct Timings: Encodable, Sendable {
    package var seconds: [String: Double] = [:]
    /// Of all processors together, by step.
    package var processor_seconds: [String: Double] = [:]
    package var total_seconds = 0.0
    package var threads = 0
  }

  package var dsel_version: String
  package var command = "select"
  package var seed: UInt64
  package var settings: Settings
  /// nil where there are several.
  package var target: Side?
  /// nil where there is only one, of which the manifest itself tells.
  package var targets: [TargetRecord]?
  package var pool: Side
  package var eligible_documents: Int
  /// Documents of the pool with fewer than `min_tokens` tokens.
  package var under_min_tokens: Int
  /// Documents of no stratum that was drawn from; nil without strata.
  package var outside_mixture: Int?
  /// (Σ w)² / Σ w² over the eligible documents, at the draw's temperature.
  package var effective_sample_size: Double?
  /// The share of the selection that top-k would have selected, too; of its first part, if there are two.
  package var overlap_with_top_k: Double?
  /// Pearson's, of log weight and number of tokens, over the eligible documents.
  package var weight_length_correlation: Double?
  /// The share of the pool's features in buckets that the target leaves empty.
  package var unseen_share: Double?
  package var random_arm: RandomArm
  /// KL divergences in nats: see ``Divergence``. Left out where there is nothing to take one of.
  package var kl_target_pool: Double?
  package var kl_target_random: Double?
  package var kl_target_selected: Double?
  /// By how much the selection is nearer to the target than a random one: the paper's measure.
  package var kl_reduction: Double?
  /// By how much it is nearer than the whole pool: the measure of the paper's first author (issue 9).
  package var kl_reduction_from_pool: Double?
  package var selected: Selected
  /// What each part of the draw selected: targets, strata, replay; nil for a plain one.
  package var parts: [PartRecord]?
  /// The seed of the order of lines; left out if they are in pool order.
  package var shuffle_seed: UInt64?
  /// The output's shards; left out for a single file.
  package var shards: [OutputRecord.Shard]?
  /// What was written of the documents that weren't selected.
  package var remainder: OutputRecord.Remainder?
  /// All that may differ between two equal runs.
  package var timings: Timings

  /// What was read for each target.
  package var targetSides: [Side] { target.map { [$0] } ?? (targets ?? []).map(\.side) }
}
