package import Files

/// The content of the manifest of `dsel resample`.
package struct ResampleManifest: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    /// `weights`, `candidates` or `fields`.
    package var source: String
    package var target: String?
    package var fields: [ExactString: Double]?
    /// nil if there are none.
    package var between: [Window]?
    package var size: [ExactString: Double]
    /// The field with the number of a document's tokens; nil if dsel counted them, if it did.
    package var tokensField: String?
    package var objective: ObjectiveRecord
    package var topK: Bool
    package var temperature: Double
    package var logisticShare: Double
    package var minTokens: Int
    /// nil without a limit.
    package var maxTokens: Int?
    /// nil without a limit.
    package var minWeight: Double?
    /// nil without a limit.
    package var minQuantile: Double?
    package var duplicates: String
    package var replay: Double
    /// Each target's share of the selection, with candidates of several.
    package var share: [ExactString: Double]?
    package var stratify: String?
    package var mixture: [ExactString: Double]?
    package var mixtureTemperature: Double?
    package var fill: Bool?
    package var textField: String
    /// What joins the parts of a text, if that isn't a newline.
    package var textJoin: String?
    package var onError: String
    package var withoutRepeats: Bool
    package var allowMissing: Bool
    /// nil if lines have no statistics.
    package var annotateWith: [String]?
    package var compress: String
  }

  package struct Window: Encodable, Sendable {
    package var field: String
    package var lowest: Double?
    package var highest: Double?
  }

  package struct Epoch: Encodable, Sendable {
    package var seed: UInt64
    package var documents: Int
    package var tokens: Int
    /// The size of the lines, line ends included.
    package var bytes: Int
  }

  package struct Pool: Encodable, Sendable {
    package var path: String
    /// The command that read it; nil if dsel read it itself.
    package var reader: String?
    package var bytes: Int
    /// Left out if the file isn't read as a whole.
    package var documents: Int?
    /// The number of lines of weights for its documents; left out if there are no such lines.
    package var weights: Int?
    /// By reason; left out if there are none.
    package var skippedLines: [ExactString: Int]?
  }

  package var dselVersion: String
  package var command = "resample"
  package var seed: UInt64
  package var settings: Settings
  /// The files of weights or candidates.
  package var inputs: [InputRecord]?
  package var pool: [Pool]
  /// True if an earlier run chose the documents, and these are copied; else nil.
  package var chosen: Bool?
  package var documents: Int
  /// Documents that the pool's model counted and candidates don't cover; left out for other draws.
  package var missingDocuments: Int?
  /// With candidates: documents that the pool's model didn't count.
  package var uncountedDocuments: Int?
  package var skippedLines: [ExactString: Int]
  package var eligibleDocuments: Int
  package var underMinTokens: Int?
  /// nil without a limit.
  package var overMaxTokens: Int?
  /// Eligible documents with a log weight below `min_weight` for every target; nil without a limit.
  package var underMinWeight: Int?
  /// The log weight of the quantile `min_quantile`; nil without a limit.
  package var quantileWeights: [Double]?
  package var outsideMixture: Int?
  /// Documents with numbers outside `between`; nil without it.
  package var outsideBetween: Int?
  package var effectiveSampleSize: Double?
  package var overlapWithTopK: Double?
  package var weightLengthCorrelation: Double?
  package var selected: SelectionRecord
  /// The documents that weren't drawn because they are excluded; nil if none are to be.
  package var excluded: ExclusionRecord?
  /// The near-duplicates that weren't drawn; nil if they are drawn like others.
  package var nearDuplicates: NearDuplicateRecord?
  /// In the order of the output.
  package var epochs: [Epoch]
  package var parts: [PartRecord]?
  /// `shuffle` or `weight`; left out if lines are in pool order.
  package var order: String?
  package var shuffleSeed: UInt64?
  package var shards: [ShardRecord]?
  /// The files and directories that were written, without the manifest.
  package var outputs: [OutputRecord]
  package var remainder: RemainderRecord?
  /// The field of `--domain-field`, if no document has it.
  package var missingDomainField: String?
  package var timings: RunTimings
}
