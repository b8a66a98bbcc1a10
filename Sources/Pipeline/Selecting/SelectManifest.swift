internal import Featurizing
package import Files
internal import Reading
internal import Resampling
internal import Weighting

/// The content of the manifest and of the summary of `dsel select`.
///
/// Equal runs have equal manifests, except for ``timings``.
package struct SelectManifest: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    package var textField: String
    /// The field of the targets' text, if it is another one.
    package var targetTextField: String?
    /// What joins the parts of a text, if that isn't a newline.
    package var textJoin: String?
    /// The program whose method is reproduced, if any.
    package var compat: String?
    package var objective: ObjectiveRecord
    package var estimator: String
    package var tokenizer: String
    package var unicodeVersion: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    package var smoothing: Double
    package var targetSmoothing: Double
    /// Added to every probability before a weight takes its logarithm.
    package var floor: Double
    package var size: [ExactString: Double]
    /// The field with the number of a document's tokens; nil if dsel counted them.
    package var tokensField: String?
    /// What fields add to log weights; nil for nothing.
    package var add: AdditionRecord?
    package var topK: Bool
    package var temperature: Double
    /// The goal that the temperature was chosen for; nil if the temperature was given.
    package var temperatureGoal: [ExactString: Double]?
    package var normalize: String
    /// The share of the selection that the regression draws alone.
    package var logisticShare: Double
    /// The share that is drawn at random.
    package var replay: Double
    package var fitSample: Double
    package var stratify: String?
    package var mixture: [ExactString: Double]?
    package var mixtureTemperature: Double?
    package var fill: Bool?
    package var minTokens: Int
    /// nil without a limit.
    package var maxTokens: Int?
    /// nil without a limit.
    package var minWeight: Double?
    /// nil without a limit.
    package var minQuantile: Double?
    /// The files of evaluation documents, with the length of n-grams and the field of the text, if
    /// it is another one.
    package var exclude: [String]?
    package var excludeNgram: Int?
    package var excludeTextField: String?
    package var excludeTarget: Bool?
    /// The least similarity of near-duplicates that are left out; nil to select them like others.
    package var nearDuplicates: Double?
    package var duplicates: String
    package var onError: String
    package var annotate: Bool
    /// nil if annotations have nothing besides.
    package var annotateWith: [String]?
    package var compress: String
    package var maxLineBytes: Int
    package var maxWindow: Int
  }

  package var dselVersion: String
  package var command = "select"
  package var seed: UInt64
  package var settings: Settings
  /// How the shares of strata were found; nil if they were given.
  package var mixtureEstimate: MixtureRecord?
  /// How the size was found; nil if it was given.
  package var sizeSearch: SizeSearchRecord?
  /// nil if there are several.
  package var target: SideRecord?
  /// nil if there is only one, which the manifest itself describes.
  package var targets: [TargetRecord]?
  package var pool: SideRecord
  package var eligibleDocuments: Int
  /// The number of documents of the pool with fewer than `min_tokens` tokens.
  package var underMinTokens: Int
  /// The number of documents with more than `max_tokens` tokens; nil without a limit.
  package var overMaxTokens: Int?
  /// The log weights of the quantile `min_quantile`, one per target; nil without a limit.
  package var quantileWeights: [Double]?
  /// Eligible documents with a log weight below `min_weight`, or below that of `min_quantile`, for
  /// every target; nil without a limit.
  package var underMinWeight: Int?
  /// Documents outside all strata that were drawn from; nil without strata.
  package var outsideMixture: Int?
  /// (Σ w)² / Σ w² over the eligible documents, at the draw's temperature.
  package var effectiveSampleSize: Double?
  /// The share of the selection that top-k would also have selected.
  ///
  /// If the draw has two parts, this is the share of the first.
  package var overlapWithTopK: Double?
  /// Pearson's correlation of log weight and number of tokens, over the eligible documents.
  package var weightLengthCorrelation: Double?
  /// The share of the pool's features in buckets that the target leaves empty.
  package var unseenShare: Double?
  package var randomArm: RandomBaselineRecord
  /// What the selection tells about the target's n-grams that the pool doesn't, as a share of what
  /// the target's own text tells; nil if the target is like the pool.
  ///
  /// Documents drawn at random count, too, if there is one target.
  package var nearness: Double?
  /// KL divergences in nats: see ``Divergence``; left out if there is nothing to compare.
  package var klTargetPool: Double?
  package var klTargetRandom: Double?
  package var klTargetSelected: Double?
  /// How much nearer the selection is to the target than a random one: the paper's measure.
  package var klReduction: Double?
  /// How much nearer it is than the whole pool.
  ///
  /// This is the measure of the paper's first author (issue 9).
  package var klReductionFromPool: Double?
  package var selected: SelectionRecord
  /// The documents that weren't selected because they are excluded; nil if none are to be.
  package var excluded: ExclusionRecord?
  /// The near-duplicates that weren't selected; nil if they are selected like others.
  package var nearDuplicates: NearDuplicateRecord?
  /// The selection of each part of the draw: targets, strata, replay; nil for a plain draw.
  package var parts: [PartRecord]?
  /// `shuffle` or `weight`; left out if lines are in pool order.
  package var order: String?
  /// The seed of the order of lines; left out for another order.
  package var shuffleSeed: UInt64?
  /// The output's shards; left out for a single file.
  package var shards: [ShardRecord]?
  /// The files and directories that were written, without the manifest.
  package var outputs: [OutputRecord]
  /// The documents that weren't selected, if they are written.
  package var remainder: RemainderRecord?
  /// The field of `--domain-field`, if no document has it.
  package var missingDomainField: String?
  /// Everything that may differ between two equal runs.
  package var timings: RunTimings

  /// The record of each target's documents.
  package var targetSides: [SideRecord] { target.map { [$0] } ?? (targets ?? []).map(\.side) }
}
