package import Files

/// A number in a document's line, and what it is multiplied by.
package struct FieldWeight: Sendable, Equatable {
  /// Dotted keys.
  package var field: String
  package var scale: Double

  package init(field: String, scale: Double) {
    self.field = field
    self.scale = scale
  }
}

/// The settings of `dsel resample`.
package struct ResampleSettings: Sendable {
  /// Where log weights come from, with what depends on that.
  package enum Source: Sendable, Equatable {
    /// Files from `dsel weigh`. They don't say how many documents a file of the pool has, so the
    /// remainder can't be written.
    ///
    /// - Parameter target: its name, if there are several.
    case weights([String], target: String?, size: SelectionSize)
    /// Files from `dsel weigh` with candidates, which serve draws by number of documents.
    ///
    /// - Parameter count: nil for the number that they were kept for.
    case candidates([String], count: Int?, remainder: OutputSettings.Place?)
    /// The sum of numbers in the pool's own lines.
    case fields([FieldWeight], size: SelectionSize, remainder: OutputSettings.Place?)
  }

  package var source: Source
  package var pool: [String]
  package var reading = ReadingSettings()
  package var draw = DrawSettings()
  /// Whether a share for the regression was named, which the weights must have then.
  package var asksForLogOdds = false
  package var epochCount = 1
  /// Whether a document is drawn in one epoch only.
  package var areEpochsDisjoint = false
  /// The share of the selection that is drawn at random.
  package var replay = 0.0
  /// Whether weights or candidates may be of a part of the pool only.
  package var allowsMissing = false
  /// For draws by fields only.
  package var stratify: StratifySettings?
  /// All outputs but the remainder, which the source has.
  package var outputs = OutputSettings()
  package var annotates = false
  package var version = ""

  package init(source: Source, pool: [String]) {
    self.source = source
    self.pool = pool
  }
}

extension ResampleSettings.Source {
  /// The place of the pool's documents that aren't drawn; nil if they aren't written.
  var remainder: OutputSettings.Place? {
    switch self {
    case .weights: nil
    case .candidates(_, _, let place), .fields(_, _, let place): place
    }
  }

  /// True if weights are in the pool's own lines, which are read in the same run.
  package var isOfPool: Bool { if case .fields = self { true } else { false } }
}

/// What `dsel resample` did: the content of its manifest.
package struct ResampleManifest: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    /// `weights`, `candidates` or `fields`.
    package var source: String
    package var target: String?
    package var fields: [ExactString: Double]?
    package var size: [ExactString: Double]
    package var topK: Bool
    package var temperature: Double
    package var logisticShare: Double
    package var minTokens: Int
    package var duplicates: String
    package var replay: Double
    package var stratify: String?
    package var mixture: [ExactString: Double]?
    package var mixtureTemperature: Double?
    package var fill: Bool?
    package var textField: String
    package var onError: String
    package var withoutRepeats: Bool
    package var allowMissing: Bool
    package var compress: String
  }

  package struct Epoch: Encodable, Sendable {
    package var seed: UInt64
    package var documents: Int
    package var tokens: Int
    /// Of lines, with their line ends.
    package var bytes: Int
  }

  package struct Pool: Encodable, Sendable {
    package var path: String
    package var bytes: Int
    /// Left out where the file isn't read as a whole.
    package var documents: Int?
    /// Lines of weights of its documents; left out where they come from elsewhere.
    package var weights: Int?
    /// By reason; left out where there are none.
    package var skippedLines: [ExactString: Int]?
  }

  package var dselVersion: String
  package var command = "resample"
  package var seed: UInt64
  package var settings: Settings
  /// The files of weights or candidates.
  package var inputs: [InputRecord]?
  package var pool: [Pool]
  package var documents: Int
  /// Documents that the pool's model counted and no candidates are of; left out for other draws.
  package var missingDocuments: Int?
  /// With candidates: documents that the pool's model didn't count.
  package var uncountedDocuments: Int?
  package var skippedLines: [ExactString: Int]
  package var eligibleDocuments: Int
  package var underMinTokens: Int?
  package var outsideMixture: Int?
  package var effectiveSampleSize: Double?
  package var overlapWithTopK: Double?
  package var weightLengthCorrelation: Double?
  package var selected: SelectionRecord
  /// In the order in which they stand in the output.
  package var epochs: [Epoch]
  package var parts: [PartRecord]?
  package var shuffleSeed: UInt64?
  package var shards: [ShardRecord]?
  package var remainder: RemainderRecord?
  package var timings: RunTimings
}
