/// Why documents were selected or not: the result of `dsel explain --manifest`.
package struct SelectionAnswer: Encodable, Sendable {
  package enum Reason: String, Encodable, Sendable {
    case selected
    case invalidLine = "invalid_line"
    case underMinTokens = "under_min_tokens"
    case overMaxTokens = "over_max_tokens"
    case outsideMixture = "outside_mixture"
    case underMinWeight = "under_min_weight"
    case underMinQuantile = "under_min_quantile"
    case excluded
    /// An exact duplicate of a selected document.
    case copy
    case nearDuplicate = "near_duplicate"
    /// The key is too small to be a candidate for a set.
    case noCandidate = "no_candidate"
    /// The document is a candidate, and others made the better set.
    case notInSet = "not_in_set"
    /// The key is too small: the budget was full.
    case belowCut = "below_cut"
  }

  /// Another document of the pool.
  package struct Other: Encodable, Sendable {
    package var file: String
    package var line: Int?
    package var id: String?
    /// Jaccard's similarity; nil for exact duplicates.
    package var similarity: Double?
  }

  package struct Exclusion: Encodable, Sendable {
    /// `ngram` or `target`, as `--excluded` has it.
    package var reason: String
    package var evaluationFile: String?
    package var evaluationLine: Int?
    package var ngram: String?
    /// Whether the document would have been drawn, or been a candidate.
    package var reached: Bool
  }

  /// An n-gram that speaks for or against a document.
  package struct NGram: Encodable, Sendable {
    package var ngram: String
    package var count: Int
    package var contribution: Double
  }

  /// A document's weight for a target.
  package struct Weight: Encodable, Sendable {
    package var target: String?
    package var logWeight: Double
    /// Among all eligible documents, from 1; nil if the document isn't eligible.
    package var rank: Int?
    package var quantile: Double?
    package var up: [NGram]
    package var down: [NGram]
  }

  /// The candidates for a set.
  package struct Candidates: Encodable, Sendable {
    package var count: Int
    /// The document's rank among them, from 1; nil if it is none.
    package var rank: Int?
    /// The smallest key among them.
    package var thresholdKey: Double?
  }

  /// How a part of the draw saw a document.
  package struct Part: Encodable, Sendable {
    /// `set`, `weights`, `logistic` or `random`.
    package var by: String
    package var target: String?
    package var stratum: String?
    /// Whether the part drew the document.
    package var selected: Bool
    /// The number of documents that it drew.
    package var documents: Int
    package var key: Double
    /// One more than the number of documents with larger keys, among those that the part may draw.
    package var keyRank: Int?
    /// The number of documents that the part may draw.
    package var keyCount: Int
    /// The smallest key that was drawn, or for a set was a candidate.
    package var thresholdKey: Double?
    /// The number of documents with that key or a larger one.
    package var cut: Int?
    /// nil unless the part chose a set.
    package var candidates: Candidates?
  }

  package struct Document: Encodable, Sendable {
    package var file: String
    package var line: Int
    package var id: String?
    package var selected: Bool
    package var reason: Reason
    /// nil for an invalid line.
    package var tokens: Int?
    package var textBytes: Int?
    package var stratum: String?
    /// Why the line is invalid, as skipped lines are counted.
    package var invalid: String?
    package var exclusion: Exclusion?
    /// The selected document whose copy this is.
    package var copyOf: Other?
    package var nearDuplicateOf: Other?
    package var weights: [Weight]
    package var parts: [Part]
  }

  /// The limits and sizes of the draw that the reasons refer to.
  package struct Draw: Encodable, Sendable {
    package var documents: Int
    package var eligibleDocuments: Int
    package var selectedDocuments: Int
    package var minTokens: Int
    package var maxTokens: Int?
    package var minWeight: Double?
    package var minQuantile: Double?
    /// The log weights of that quantile, one per target.
    package var quantileWeights: [Double]?
  }

  package var dselVersion: String
  package var command = "explain"
  package var manifest: String
  package var draw: Draw
  package var documents: [Document]
}
