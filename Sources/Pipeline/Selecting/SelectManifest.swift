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
    package var textField: String
    /// Where the targets' text is, if elsewhere.
    package var targetTextField: String?
    /// What is reproduced, if anything.
    package var compat: String?
    package var estimator: String
    package var tokenizer: String
    package var unicodeVersion: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    package var smoothing: Double
    package var targetSmoothing: Double
    /// Added to every probability of which a weight takes the logarithm.
    package var floor: Double
    package var size: [ExactString: Double]
    package var topK: Bool
    package var temperature: Double
    /// What the temperature was chosen for; nil if it was given.
    package var temperatureGoal: [ExactString: Double]?
    package var normalize: String
    /// The share of the selection that the regression draws alone.
    package var logisticShare: Double
    /// The share drawn at random.
    package var replay: Double
    package var fitSample: Double
    package var stratify: String?
    package var mixture: [ExactString: Double]?
    package var mixtureTemperature: Double?
    package var fill: Bool?
    package var minTokens: Int
    package var duplicates: String
    package var onError: String
    package var annotate: Bool
    package var compress: String
    package var maxLineBytes: Int
    package var maxWindow: Int
  }

  package var dselVersion: String
  package var command = "select"
  package var seed: UInt64
  package var settings: Settings
  /// nil where there are several.
  package var target: SideRecord?
  /// nil where there is only one, of which the manifest itself tells.
  package var targets: [TargetRecord]?
  package var pool: SideRecord
  package var eligibleDocuments: Int
  /// Documents of the pool with fewer than `min_tokens` tokens.
  package var underMinTokens: Int
  /// Documents of no stratum that was drawn from; nil without strata.
  package var outsideMixture: Int?
  /// (Σ w)² / Σ w² over the eligible documents, at the draw's temperature.
  package var effectiveSampleSize: Double?
  /// The share of the selection that top-k would have selected, too; of its first part, if there
  /// are two.
  package var overlapWithTopK: Double?
  /// Pearson's, of log weight and number of tokens, over the eligible documents.
  package var weightLengthCorrelation: Double?
  /// The share of the pool's features in buckets that the target leaves empty.
  package var unseenShare: Double?
  package var randomArm: RandomBaselineRecord
  /// KL divergences in nats: see ``Divergence``. Left out where there is nothing to take one of.
  package var klTargetPool: Double?
  package var klTargetRandom: Double?
  package var klTargetSelected: Double?
  /// By how much the selection is nearer to the target than a random one: the paper's measure.
  package var klReduction: Double?
  /// By how much it is nearer than the whole pool: the measure of the paper's first author (issue
  /// 9).
  package var klReductionFromPool: Double?
  package var selected: SelectionRecord
  /// What each part of the draw selected: targets, strata, replay; nil for a plain one.
  package var parts: [PartRecord]?
  /// The seed of the order of lines; left out if they are in pool order.
  package var shuffleSeed: UInt64?
  /// The output's shards; left out for a single file.
  package var shards: [ShardRecord]?
  /// What was written of the documents that weren't selected.
  package var remainder: RemainderRecord?
  /// All that may differ between two equal runs.
  package var timings: RunTimings

  /// What was read for each target.
  package var targetSides: [SideRecord] { target.map { [$0] } ?? (targets ?? []).map(\.side) }
}
