internal import Featurizing
package import Files
internal import Weighting

/// What `dsel explain` found.
package struct Explanation: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    package var textField: String
    /// Where the target's text is, if elsewhere.
    package var targetTextField: String?
    package var compat: String?
    package var estimator: String
    package var normalize: String
    package var smoothing: Double
    package var targetSmoothing: Double
    package var tokenizer: String
    package var unicodeVersion: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    package var top: Int
  }

  /// One of the two models.
  package struct Model: Encodable, Sendable {
    package var documents: Int
    package var tokens: Int
    package var features: Int
    package var emptyBuckets: Int
  }

  /// How crowded the buckets are: see ``BucketLoad``.
  package struct Buckets: Encodable, Sendable {
    package var count: Int
    /// Buckets that either model has hit.
    package var filled: Int
    /// An estimate of the number of different n-grams in them, from how many are empty.
    package var ngrams: Double
    /// True if no bucket is empty, so that there may be any number more.
    package var ngramsIsLeast: Bool
    package var ngramsPerFilledBucket: Double
  }

  /// An n-gram of a document.
  package struct NGram: Encodable, Sendable {
    /// Its tokens, joined by one space; cut off where it is long.
    package var ngram: String
    package var order: Int
    package var bucket: Int
    /// How often the document has it.
    package var count: Int
    /// How often each model has its bucket: with all n-grams that share it.
    package var targetCount: Int
    package var poolCount: Int
    /// Left out if the estimator has none.
    package var logRatio: Double?
    /// What it adds to the log weight, and the two parts of that.
    package var contribution: Double
    package var byLogRatio: Double?
    package var byRegression: Double?
    /// The document's other n-grams in its bucket.
    package var sharesBucketWith: [String]
  }

  package struct Document: Encodable, Sendable {
    package var file: String
    package var line: Int
    package var tokens: Int
    package var features: Int
    /// What a draw goes by, before temperature and noise: the sum of all contributions and the bias.
    package var logWeight: Double
    package var byLogRatio: Double?
    package var byRegression: Double?
    /// The regression's, which no n-gram has a part in.
    package var bias: Double?
    package var differentNgrams: Int
    /// Of these, those whose bucket another one of the document has, too.
    package var ngramsThatShareABucket: Int
    /// The n-grams that contribute most, and that take most away: by size.
    package var up: [NGram]
    package var down: [NGram]
  }

  /// One text of a bucket of the target.
  package struct BucketText: Encodable, Sendable {
    package var ngram: String
    /// How often the documents have it.
    package var count: Int
  }

  /// A bucket that weighs much in the target.
  package struct Bucket: Encodable, Sendable {
    package var bucket: Int
    package var targetCount: Int
    package var poolCount: Int
    package var logRatio: Double?
    /// The regression's parameter of the folded bucket that it is part of.
    package var regressionWeight: Double?
    /// What the bucket adds to the mean of a value over the target's features: of the log-ratio, or without one of the
    /// regression's parameter.
    package var contribution: Double
    /// The n-grams that the target's documents have in it, the most frequent first.
    package var texts: [BucketText]
    /// How many more different ones there are, at least: of each bucket 1,000 are told apart.
    package var otherTexts: Int
    /// How often the documents have these.
    package var otherOccurrences: Int
  }

  /// A file of which lines were left out, by reason.
  package struct SkippedFile: Encodable, Sendable {
    package var path: String
    package var skippedLines: [ExactString: Int]
  }

  package struct Target: Encodable, Sendable {
    package var up: [Bucket]
    package var down: [Bucket]
  }

  package var dselVersion: String
  package var command = "explain"
  package var settings: Settings
  package var targetModel: Model
  package var poolModel: Model
  package var buckets: Buckets
  package var documents: [Document]?
  /// True if there were more documents than are explained at once.
  package var moreDocuments: Bool?
  /// Of what is explained.
  package var skippedLines: [ExactString: Int]
  /// Files of which lines were left out, those that models were fitted on among them; nil if there are none.
  package var skippedFiles: [SkippedFile]?
  /// Instead of documents: what weighs most in the target.
  package var target: Target?
}

extension Explanation.Model {
  init(_ counts: FeatureCounts) {
    self.init(
      documents: counts.documentCount, tokens: counts.tokenCount,
      features: Int(counts.featureCount), emptyBuckets: counts.emptyBucketCount)
  }
}

extension Explanation.Buckets {
  init(_ load: BucketLoad) {
    self.init(
      count: load.bucketCount, filled: load.filledCount, ngrams: load.ngramCount,
      ngramsIsLeast: load.isFull, ngramsPerFilledBucket: load.ngramsPerFilledBucket)
  }
}

extension Explanation.Settings {
  init(_ settings: ExplainSettings, _ features: FeatureSettings) {
    let estimator = settings.estimator
    self.init(
      textField: settings.reading.textField, targetTextField: settings.targetTextField,
      compat: estimator.compatibility?.rawValue,
      estimator: estimator.kind.rawValue, normalize: estimator.normalization.rawValue,
      smoothing: estimator.pseudocount, targetSmoothing: estimator.targetPseudocount,
      tokenizer: features.tokenizer.rawValue, unicodeVersion: UnicodeTables.version,
      ngrams: features.maximumOrder, buckets: features.bucketCount,
      hashing: features.hashing.rawValue, top: settings.top)
  }
}

/// An n-gram's text as it is shown: long tokens are cut off.
func shownNGram(_ text: String) -> String {
  let limit = 200
  guard text.utf8.count > limit else { return text }
  var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
  while text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
  return String(text[..<end]) + "…"
}
