package import Files

/// The result of `dsel explain`.
package struct Explanation: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    package var textField: String
    /// The field of the target's text, if it is another one.
    package var targetTextField: String?
    /// What joins the parts of a text, if that isn't a newline.
    package var textJoin: String?
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
    /// An estimate of the number of different n-grams in them, from the number of empty buckets.
    package var ngrams: Double
    /// True if no bucket is empty, so that ``ngrams`` is a lower limit.
    package var ngramsIsLeast: Bool
    package var ngramsPerFilledBucket: Double
  }

  /// An n-gram of a document.
  package struct NGram: Encodable, Sendable {
    /// The n-gram's tokens, joined by one space, and cut off if it is long.
    package var ngram: String
    package var order: Int
    package var bucket: Int
    /// The number of times that it occurs in the document.
    package var count: Int
    /// The count of its bucket in each model, which includes all n-grams that share the bucket.
    package var targetCount: Int
    package var poolCount: Int
    /// The amount that it adds to the log weight.
    ///
    /// The record's labelled numbers are the components' parts of that, and the values of its
    /// bucket.
    package var contribution: Double
    /// The document's other n-grams in its bucket.
    package var sharesBucketWith: [String]
  }

  package struct Document: Encodable, Sendable {
    package var file: String
    package var line: Int
    package var tokens: Int
    package var features: Int
    /// The log weight that a draw uses, before temperature and noise.
    ///
    /// The record's labelled numbers add up to it: each component's sum over the n-grams, and its
    /// part for the document as a whole.
    package var logWeight: Double
    package var differentNgrams: Int
    /// The number of those that share a bucket with another one of the document.
    package var ngramsThatShareABucket: Int
    /// The n-grams with the largest positive contributions, by size.
    package var up: [LabelledRecord<NGram>]
    /// The n-grams with the largest negative contributions, by size.
    package var down: [LabelledRecord<NGram>]
  }

  /// One text of a bucket of the target.
  package struct BucketText: Encodable, Sendable {
    package var ngram: String
    /// The number of times that it occurs in the documents.
    package var count: Int
  }

  /// A bucket that weighs much in the target.
  package struct Bucket: Encodable, Sendable {
    package var bucket: Int
    package var targetCount: Int
    package var poolCount: Int
    /// The amount that the bucket adds to the mean of its value over the target's features.
    ///
    /// The value is that of the first component that has one. The record's labelled numbers are
    /// those of all components.
    package var contribution: Double
    /// The n-grams that the target's documents have in it, the most frequent first.
    package var texts: [BucketText]
    /// The number of other different n-grams.
    ///
    /// It is a lower limit: only the first 1,000 of each bucket are distinguished.
    package var otherTexts: Int
    /// The number of times that these occur in the documents.
    package var otherOccurrences: Int
  }

  /// A file with skipped lines, by reason.
  package struct SkippedFile: Encodable, Sendable {
    package var path: String
    package var skippedLines: [ExactString: Int]
  }

  /// The buckets that weigh most in the target.
  package struct Target: Encodable, Sendable {
    package var up: [LabelledRecord<Bucket>]
    package var down: [LabelledRecord<Bucket>]
    /// The title of the value whose mean the contributions add up to; not in the JSON.
    package var meanTitle: String

    private enum CodingKeys: CodingKey { case up, down }
  }

  package var dselVersion: String
  package var command = "explain"
  package var settings: Settings
  package var targetModel: Model
  package var poolModel: Model
  package var buckets: Buckets
  package var documents: [LabelledRecord<Document>]?
  /// True if there were more documents than are explained at once.
  package var moreDocuments: Bool?
  /// The skipped lines of the input that is explained.
  package var skippedLines: [ExactString: Int]
  /// Files with skipped lines, including those that models were fitted to; nil if there are none.
  package var skippedFiles: [SkippedFile]?
  /// The fields of the text that no document of the target and the pool has; nil if there are none,
  /// and for models from files.
  package var missingFields: [String]?
  /// The buckets that weigh most in the target, instead of documents.
  package var target: Target?
}
