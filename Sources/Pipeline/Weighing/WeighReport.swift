package import Files
internal import Reading
internal import Weighting

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
    /// What joins the parts of a text, if that isn't a newline.
    package var textJoin: String?
    package var tokenizer: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    package var onError: String
    /// What fields add to log weights; nil for nothing.
    package var add: AdditionRecord?
  }

  package struct Candidates: Encodable, Sendable {
    package var count: Int
    /// The unit of the count; nil for documents.
    package var unit: String?
    /// The field with the number of a document's tokens; nil if dsel counts them.
    package var tokensField: String?
    /// The field whose values are strata; nil without strata.
    package var stratify: String?
    /// The number of values of the field; nil without strata.
    package var strata: Int?
    package var kept: Int
    package var seed: UInt64
    package var temperature: Double
    package var topK: Bool
    package var minTokens: Int
    /// nil without a limit.
    package var maxTokens: Int?
    package var minWeight: Double?
    /// nil for a draw by weight.
    package var objective: String?
    /// The largest share of a draw that is drawn at random; nil for none.
    package var replay: Double?
    /// Excluded documents that a draw may reach; nil if none are to be excluded.
    package var excluded: Int?
    /// True if candidates of a set have no n-grams yet; else nil.
    package var keysOnly: Bool?
    /// The least similarity of near-duplicates that are left out; nil to draw them like others.
    package var nearDuplicates: Double?
  }

  package var dselVersion: String
  package var command = "weigh"
  package var settings: Settings
  package var targetModels: [Model]
  package var poolModel: Model
  package var documents: Int
  package var tokens: Int
  package var skippedLines: [ExactString: Int]
  /// (Σ w)² / Σ w² over all documents, one per target.
  ///
  /// nil if results came from a work directory.
  package var effectiveSampleSize: [Double]?
  package var candidates: Candidates?
  package var inputs: [InputRecord]
  /// The fields of the text that no document has; nil if there are none, or if results were in the
  /// work directory that don't say.
  package var missingFields: [String]?
  /// Inputs that a target's model was fitted to, and the pool's wasn't; nil if there are none.
  ///
  /// The two models may have been swapped.
  package var targetInputs: [String]?
  /// The number of inputs whose results were in the work directory.
  package var reusedInputs: Int
  /// The files written, if there is one per input.
  package var outputs: [String]?
  package var timings: RunTimings
}

extension WeighReport {
  init(
    _ settings: WeighSettings, _ models: StoredModels, _ weighed: Weighed,
    _ addition: FieldAddition?, _ timings: RunTimings
  ) {
    let (estimator, features) = (settings.estimator, models.pool.model.settings)
    self.init(
      dselVersion: settings.version,
      settings: Settings(
        estimator: estimator.kind.rawValue, normalize: estimator.normalization.rawValue,
        smoothing: estimator.pseudocount, targetSmoothing: estimator.targetPseudocount,
        compat: estimator.compatibility?.rawValue,
        textField: settings.reading.textField.expression,
        textJoin: settings.reading.textField.otherJoint,
        tokenizer: features.tokenizer.rawValue, ngrams: features.maximumOrder,
        buckets: features.bucketCount, hashing: features.hashing.rawValue,
        onError: settings.reading.errorPolicy == .skip ? "skip" : "fail",
        add: AdditionRecord(addition)),
      targetModels: models.targets.map { Model($0.name, $0.stored) },
      poolModel: Model(nil, models.pool), documents: weighed.outcome.documentCount,
      tokens: weighed.outcome.tokenCount, skippedLines: weighed.report.skippedByReason,
      effectiveSampleSize: weighed.hasSampleSizes
        ? weighed.outcome.effectiveSampleSizes.map(\.value) : nil,
      candidates: weighed.candidates, inputs: weighed.report.inputRecords,
      missingFields: weighed.report.missingFields,
      targetInputs: Self.targetInputs(weighed.report.inputs, models),
      reusedInputs: weighed.reusedCount,
      outputs: weighed.outputs.isEmpty ? nil : weighed.outputs, timings: timings)
  }
}

extension WeighReport {
  private static func targetInputs(
    _ inputs: [FittedModel.Input], _ models: StoredModels
  ) -> [String]? {
    let ofPool = Set(models.pool.model.inputs.map(\.content))
    let ofTargets = Set(models.targets.flatMap { $0.stored.model.inputs.map(\.content) })
    let found = inputs.filter {
      // Empty files are all alike.
      $0.documentCount > 0 && ofTargets.contains($0.content) && !ofPool.contains($0.content)
    }
    return found.isEmpty ? nil : found.map(\.path)
  }
}

extension WeighReport.Model {
  fileprivate init(_ name: String?, _ stored: StoredModel) {
    self.init(
      name: name, path: stored.path, xxh3: stored.contentHash.hexadecimal,
      documents: stored.model.counts.documentCount)
  }
}
