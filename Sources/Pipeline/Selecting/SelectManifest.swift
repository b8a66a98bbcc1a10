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
    package var size: [String: Double]
    package var topK: Bool
    package var temperature: Double
    /// What the temperature was chosen for; nil if it was given.
    package var temperatureGoal: [String: Double]?
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

  package struct Input: Encodable, Sendable {
    package var path: String
    package var container: String
    /// Whether a zstd or gzip file guards all of its content by checksums.
    package var checksum: Bool?
    /// Bytes as stored, and decompressed.
    package var bytes: Int
    package var textBytes: Int
    package var documents: Int
    /// XXH3-64 of the stored bytes, as `xxhsum -H3` prints it.
    package var xxh3: String
    /// Lines that were left out, by reason; nil if there are none.
    package var skippedLines: [String: Int]?
  }

  package struct Side: Encodable, Sendable {
    package var inputs: [Input]
    package var documents: Int
    /// Those of them that were fitted, to which tokens and features belong.
    package var fittedDocuments: Int
    package var tokens: Int
    package var features: Int
    package var emptyBuckets: Int
    package var skippedLines: [String: Int]
  }

  package struct Selected: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
    /// Without those of documents that were drawn at random.
    package var features: Int
    package var bytes: Int
    /// What the budget had left, in its own unit.
    package var shortfall: Int
    package var shortfallUnit: String
    /// True if the whole of the eligible pool was selected and more had been asked for.
    package var allEligible: Bool
    /// Documents left out because their text was that of a selected one.
    package var droppedCopies: Int
    /// Documents whose text is that of a target's document; nil where the target isn't read.
    package var targetDocuments: Int?
    /// True if a target has so many texts that only a share of them was looked for, and the number is scaled up.
    package var targetDocumentsIsEstimate: Bool?
    /// Documents that the regression drew alone.
    package var byLogistic: Int
    package var thresholdKey: Double?
  }

  /// A random selection of about the same size, from the eligible documents.
  package struct RandomArm: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
  }

  package struct Timings: Encodable, Sendable {
    package var seconds: [String: Double] = [:]
    /// Of all processors together, by step.
    package var processorSeconds: [String: Double] = [:]
    package var totalSeconds = 0.0
    package var threads = 0
  }

  package var dselVersion: String
  package var command = "select"
  package var seed: UInt64
  package var settings: Settings
  /// nil where there are several.
  package var target: Side?
  /// nil where there is only one, of which the manifest itself tells.
  package var targets: [TargetRecord]?
  package var pool: Side
  package var eligibleDocuments: Int
  /// Documents of the pool with fewer than `min_tokens` tokens.
  package var underMinTokens: Int
  /// Documents of no stratum that was drawn from; nil without strata.
  package var outsideMixture: Int?
  /// (Σ w)² / Σ w² over the eligible documents, at the draw's temperature.
  package var effectiveSampleSize: Double?
  /// The share of the selection that top-k would have selected, too; of its first part, if there are two.
  package var overlapWithTopK: Double?
  /// Pearson's, of log weight and number of tokens, over the eligible documents.
  package var weightLengthCorrelation: Double?
  /// The share of the pool's features in buckets that the target leaves empty.
  package var unseenShare: Double?
  package var randomArm: RandomArm
  /// KL divergences in nats: see ``Divergence``. Left out where there is nothing to take one of.
  package var klTargetPool: Double?
  package var klTargetRandom: Double?
  package var klTargetSelected: Double?
  /// By how much the selection is nearer to the target than a random one: the paper's measure.
  package var klReduction: Double?
  /// By how much it is nearer than the whole pool: the measure of the paper's first author (issue 9).
  package var klReductionFromPool: Double?
  package var selected: Selected
  /// What each part of the draw selected: targets, strata, replay; nil for a plain one.
  package var parts: [PartRecord]?
  /// The seed of the order of lines; left out if they are in pool order.
  package var shuffleSeed: UInt64?
  /// The output's shards; left out for a single file.
  package var shards: [ShardRecord]?
  /// What was written of the documents that weren't selected.
  package var remainder: RemainderRecord?
  /// All that may differ between two equal runs.
  package var timings: Timings

  /// What was read for each target.
  package var targetSides: [Side] { target.map { [$0] } ?? (targets ?? []).map(\.side) }
}
