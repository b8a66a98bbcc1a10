internal import Excluding
package import Files

/// The documents that weren't drawn because they are excluded, as manifests count them.
package struct ExclusionRecord: Encodable, Sendable {
  /// A file of evaluation documents.
  package struct File: Encodable, Sendable {
    package var path: String
    /// The number of bytes as stored.
    package var bytes: Int
    package var documents: Int
    /// XXH3-64 of the stored bytes.
    package var xxh3: String
    /// Lines that were left out, by reason; nil if there are none, or if it isn't known.
    package var skippedLines: [ExactString: Int]?
  }

  /// The documents that would have been drawn, or been candidates for a set; each text once.
  package var documents: Int
  /// Exact duplicates of these.
  package var copies: Int
  /// Those that have the text of one of the target's documents; nil unless they are excluded.
  package var targetTexts: Int?
  /// The length of the n-grams; nil without evaluation files.
  package var ngram: Int?
  /// The fewest tokens of an evaluation document that is looked for.
  package var leastTokens: Int?
  /// The evaluation documents that were looked for, and those that were too short.
  package var evaluationDocuments: Int?
  package var shortDocuments: Int?
  /// The number of different n-grams.
  package var ngrams: Int?
  package var files: [File]?

  static func leastTokens(ngram: Int) -> Int { EvaluationSet.leastLength(gramLength: ngram) }
}
