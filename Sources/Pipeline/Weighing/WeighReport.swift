package import Files

/// The content of the manifest of `dsel weigh`.
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
  /// (Σ w)² / Σ w² over all documents, one per target; nil where results came from a work
  /// directory.
  package var effectiveSampleSize: [Double]?
  package var candidates: Candidates?
  package var inputs: [InputRecord]
  /// The number of inputs whose results were in the work directory.
  package var reusedInputs: Int
  /// The files written, where there is one per input.
  package var outputs: [String]?
  package var timings: RunTimings
}
