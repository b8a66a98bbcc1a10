package import Compression
package import Weighting
package import Writing

/// The settings of `dsel weigh`.
package struct WeighSettings: Sendable, Codable {
  /// The kind of results.
  package enum Product: Sendable, Codable {
    /// The weights of every document, for each target.
    case weights(targets: [NamedModel])
    /// The documents that a draw by the weights for these targets may need.
    case candidates(targets: [NamedModel], CandidateSettings)
  }

  package var product: Product
  package var poolModel: String
  package var pool: [String]
  package var reading = ReadingSettings()
  package var estimator = EstimatorSettings()
  /// The fields whose numbers are added to log weights.
  package var additions: [FieldTerm] = []
  package var format = WeightFormat.jsonl
  package var idField: String?
  /// nil for `dolma`, and with a work directory.
  ///
  /// Both have places of their own for all results.
  package var output: Destination?
  package var container = Container.plain
  package var replacesOutputs = false
  /// The number of documents whose weights reach the output as soon as they are known.
  ///
  /// nil to write large blocks. It needs the product ``Product/weights(targets:)``, and an output
  /// without compression.
  package var flushedCount: Int?
  package var rejects: String?
  package var workDirectory: String?
  package var manifest: String?
  package var version = ""
  /// For the manifest.
  package var command: Invocation?

  /// The draw that candidates are kept for.
  ///
  /// Its temperature is a number: one that depends on the weights of the whole pool can't be found
  /// from a part of it.
  package struct CandidateSettings: Sendable, Codable {
    /// The largest number to draw, in ``unit``.
    package var count: Int
    package var unit = CandidateUnit.documents
    /// The field with the number of a document's tokens; nil to count them.
    package var tokensField: String?
    /// The field whose values are strata; nil without strata.
    package var stratify: String?
    package var seed: UInt64 = 0
    /// False for top-k, whose keys have no noise.
    package var addsNoise = true
    package var temperature = 1.0
    package var minimumTokenCount = Defaults.minimumTokenCount
    /// nil for no limit.
    package var maximumTokenCount: Int?
    package var minimumLogWeight: Double?
    /// The largest share of a draw that is drawn at random.
    package var replay = 0.0
    /// The share that the regression draws alone.
    package var logisticShare = 0.0
    /// What is drawn from the candidates; nil for a set if models have single tokens and pairs, as
    /// by default, and else for a draw by weight.
    package var objective: CandidateFile.Objective?
    /// Whether candidates of a set get their features later: see ``CompleteCandidates``.
    package var keepsKeysOnly = false

    /// Which documents are never drawn.
    package var exclude = ExcludeSettings()
    /// The least similarity of near-duplicates that are left out; nil to draw them like others.
    package var nearDuplicates: Double?

    package init(count: Int) { self.count = count }

    /// How often the pool is read besides, to find strata and for what candidates have of their
    /// texts.
    func rereadCount(targetCount: Int) -> Int {
      (stratify == nil ? 0 : 1)
        + (keepsKeysOnly
          ? 0 : (objective == .set ? targetCount : 0) + (nearDuplicates == nil ? 0 : 1))
    }

    var draw: DrawSettings {
      var draw = DrawSettings()
      draw.seed = seed
      draw.addsNoise = addsNoise
      draw.temperature = .fixed(temperature)
      draw.minimumTokenCount = minimumTokenCount
      draw.maximumTokenCount = maximumTokenCount
      draw.minimumLogWeight = minimumLogWeight
      draw.logisticShare = logisticShare
      return draw
    }
  }

  package init(_ product: Product, poolModel: String, pool: [String]) {
    self.product = product
    self.poolModel = poolModel
    self.pool = pool
  }

  var targetModels: [NamedModel] {
    switch product {
    case .weights(let targets), .candidates(let targets, _): targets
    }
  }

  /// nil if all weights are written.
  var candidates: CandidateSettings? {
    if case .candidates(_, let settings) = product { settings } else { nil }
  }
}
