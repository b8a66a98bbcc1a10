package import Files

/// How well models trained on selections predict held-out text.
package struct HeldoutRecord: Encodable, Sendable {
  /// The smallest and the largest of a figure over the shuffles.
  package struct Range: Encodable, Sendable {
    package var smallest: Double
    package var largest: Double
  }

  package struct Spread: Encodable, Sendable {
    package var bitsPerByte: Range
    package var perplexity: Range
  }

  /// The documents that models were trained on, and what they predict.
  package struct Trained: Encodable, Sendable {
    /// The files of a further selection; others are listed elsewhere.
    package var inputs: [InputRecord]?
    package var skippedLines: [ExactString: Int]?
    /// The documents and tokens that were there; left out for the random baseline.
    package var availableDocuments: Int?
    package var availableTokens: Int?
    /// The number of documents there whose texts are also among the held-out ones.
    package var heldoutDocuments: Int
    /// The documents and tokens that models were trained on, in the shuffle with the most tokens.
    package var documents: Int
    package var tokens: Int
    /// 1 if all documents were used, since their order makes no difference.
    package var shuffles: Int
    /// The mean over the shuffles.
    package var bitsPerByte: Double
    /// The geometric mean over the shuffles.
    package var perplexity: Double
    package var spread: Spread
  }

  package var inputs: [InputRecord]
  package var skippedLines: [ExactString: Int]
  package var documents: Int
  package var tokens: Int
  /// The size of the documents' texts.
  package var bytes: Int
  /// The number of documents whose texts are in the target, too; an estimate for a target of
  /// millions of documents.
  package var targetDocuments: Int
  /// The number of tokens at which training stopped; left out if there was no limit.
  package var tokenLimit: Int?
  package var selected: Trained
  /// The further selections, in the order in which they were named.
  package var others: [Trained]
  /// Documents drawn from the pool at random for each shuffle, up to the same number of tokens.
  package var randomArm: Trained?
}
