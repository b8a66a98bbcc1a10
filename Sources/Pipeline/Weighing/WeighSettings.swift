package import Compression
package import Files
package import Writing

/// A model file that was named for a target.
package struct NamedModel: Sendable, Equatable {
  /// nil where there is only one, and it has no name.
  package var name: String?
  package var path: String

  package init(name: String?, path: String) {
    self.name = name
    self.path = path
  }
}

/// The settings of `dsel weigh`.
package struct WeighSettings: Sendable {
  /// What is made of the weights.
  package enum Product: Sendable {
    /// The weights of every document, for each target.
    case weights(targets: [NamedModel])
    /// The documents that a draw by the weights for one target may need.
    case candidates(target: NamedModel, CandidateSettings)
  }

  package var product: Product
  package var poolModel: String
  package var pool: [String]
  package var reading = ReadingSettings()
  package var estimator = EstimatorSettings()
  package var format = WeightFormat.jsonl
  package var idField: String?
  /// nil for `dolma`, whose files have places of their own, and where a work directory has all results.
  package var output: Destination?
  package var container = Container.plain
  package var replacesOutputs = false
  package var rejects: String?
  package var workDirectory: String?
  package var manifest: String?
  package var version = ""

  /// The draw that candidates are kept for. Its temperature is a number: one that depends on the
  /// weights of the whole pool can't be found from a part of it.
  package struct CandidateSettings: Sendable {
    /// The largest number of documents to draw.
    package var count: Int
    package var seed: UInt64 = 0
    /// False for top-k: keys without noise.
    package var addsNoise = true
    package var temperature = 1.0
    package var minimumTokenCount = 100
    /// The share that the regression draws alone.
    package var logisticShare = 0.0

    package init(count: Int) { self.count = count }

    var draw: DrawSettings {
      var draw = DrawSettings()
      draw.seed = seed
      draw.addsNoise = addsNoise
      draw.temperature = .fixed(temperature)
      draw.minimumTokenCount = minimumTokenCount
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
    case .weights(let targets): targets
    case .candidates(let target, _): [target]
    }
  }

  /// nil where all weights are written.
  var candidates: CandidateSettings? {
    if case .candidates(_, let settings) = product { settings } else { nil }
  }
}

/// What `dsel weigh` did: the content of its manifest.
package struct WeighReport: Encodable, Sendable {
  package struct Model: Encodable, Sendable {
    package var name: String?
    package var path: String
    /// XXH3-64 of the stored bytes.
    package var xxh3: String
    package var documents: Int
  }

  package struct Settings: Encodable, Sendable {
    package var estimator: String
    package var normalize: String
    package var smoothing: Double
    package var targetSmoothing: Double
    package var compat: String?
    package var textField: String
    package var tokenizer: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    package var onError: String
  }

  package struct Candidates: Encodable, Sendable {
    package var count: Int
    package var kept: Int
    package var seed: UInt64
    package var temperature: Double
    package var topK: Bool
    package var minTokens: Int
  }

  package var dselVersion: String
  package var command = "weigh"
  package var settings: Settings
  package var targetModels: [Model]
  package var poolModel: Model
  package var documents: Int
  package var tokens: Int
  package var skippedLines: [ExactString: Int]
  /// (Σ w)² / Σ w² over all documents, one a target; nil where results came from a work directory.
  package var effectiveSampleSize: [Double]?
  package var candidates: Candidates?
  package var inputs: [InputRecord]
  /// Inputs whose results were in the work directory.
  package var reusedInputs: Int
  /// The files written, where there is one an input.
  package var outputs: [String]?
  package var timings: RunTimings
}
