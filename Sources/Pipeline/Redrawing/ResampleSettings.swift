package import Files

/// The settings of `dsel resample`.
package struct ResampleSettings: Sendable, Codable {
  /// The source of log weights, with the settings that depend on it.
  package enum Source: Sendable, Equatable, Codable {
    /// Files of weights from `dsel weigh`.
    ///
    /// They don't say how many documents a file of the pool has, so the remainder can't be written.
    ///
    /// - Parameter target: the target's name, if there are several.
    case weights([String], target: String?, size: SelectionSize)
    /// Files of candidates from `dsel weigh`.
    ///
    /// - Parameter size: no share of the pool; nil for the largest that the candidates were kept
    ///   for.
    case candidates([String], size: SelectionSize?, remainder: OutputSettings.Place?)
    /// The sum of numbers in the pool's own lines.
    case fields([FieldWeight], size: SelectionSize, remainder: OutputSettings.Place?)
  }

  package var source: Source
  package var pool: [String]
  package var reading = ReadingSettings()
  package var draw = DrawSettings()
  /// The field of the pool's documents with the number of their tokens; nil to count them.
  ///
  /// For draws by fields only.
  package var tokensField: String?
  /// Whether a share for the regression was given, which needs weights with log odds.
  package var asksForLogOdds = false
  package var epochCount = 1
  /// Whether a document is drawn in one epoch only.
  package var areEpochsDisjoint = false
  /// The share of the selection that is drawn at random.
  package var replay = 0.0
  /// Whether weights or candidates may cover only a part of the pool.
  package var allowsMissing = false
  /// How a set is chosen among candidates: see ``SetObjective``; nil for the defaults.
  package var purity: Double?
  package var noise: Double?
  package var base: CandidateBase?
  /// The numbers of documents that may be drawn; for draws by fields only.
  package var windows: [FieldWindow] = []
  /// For draws by fields, and from candidates that have strata.
  package var stratify: StratifySettings?
  /// The targets' shares, by name, for candidates of several; others share the rest equally.
  package var shares: [ExactString: Double] = [:]
  /// All outputs except the remainder, which belongs to the source.
  package var outputs = OutputSettings()
  /// A report on the run; nil if there is none.
  package var report: ReportSettings?
  package var annotates = false
  /// What annotations have besides.
  package var statistics: [AnnotationStatistic] = []
  package var version = ""
  /// For the manifest.
  package var command: Invocation?

  package init(source: Source, pool: [String]) {
    self.source = source
    self.pool = pool
  }
}

extension ResampleSettings.Source {
  /// The place for the pool's documents that aren't drawn; nil if they aren't written.
  var remainder: OutputSettings.Place? {
    switch self {
    case .weights: nil
    case .candidates(_, _, let place), .fields(_, _, let place): place
    }
  }

  /// True if weights are in the pool's own lines, which are read in the same run.
  package var isOfPool: Bool { if case .fields = self { true } else { false } }
}
