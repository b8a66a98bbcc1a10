/// Documents of a selection or a pool, with what speaks for and against them: the result of
/// `dsel show`.
package struct ShownDocuments: Encodable, Sendable {
  /// Why documents are shown.
  package enum Group: String, Encodable, Sendable {
    /// The largest log weights.
    case top
    /// The smallest keys that were drawn.
    case selectedAtCut = "selected_at_cut"
    /// The largest keys that weren't drawn.
    case belowCut = "below_cut"
    case random
  }

  /// A part of a text: one or more tokens that speak for or against the document, or what is
  /// between them.
  package struct Piece: Encodable, Sendable {
    package enum Side: String, Encodable, Sendable {
      case inFavor = "for"
      case against
    }

    package var text: String
    package var speaks: Side?
  }

  package struct Document: Encodable, Sendable {
    package var group: Group
    /// The target whose log weight this is; nil if there is only one.
    package var target: String?
    package var file: String
    package var line: Int
    package var id: String?
    /// The value of `--domain-field`.
    package var domain: String?
    package var logWeight: Double
    /// nil unless a selection was drawn.
    package var key: Double?
    package var tokens: Int
    package var textBytes: Int
    /// The n-grams with the largest contributions to the log weight, each way, by size.
    package var up: [SelectionAnswer.NGram]
    package var down: [SelectionAnswer.NGram]
    /// The byte of the text at which the snippet begins.
    package var snippetBegin: Int
    /// The part of the text in which most speaks for or against the document.
    package var snippet: [Piece]
  }

  package var dselVersion: String
  package var command = "show"
  /// nil for a pool.
  package var manifest: String?
  /// The number of eligible documents.
  package var eligibleDocuments: Int
  /// nil for a pool.
  package var selectedDocuments: Int?
  /// Whether the documents were drawn by one key: not if a set was chosen among candidates, nor if
  /// each stratum has a key of its own.
  package var hasCut: Bool
  package var minTokens: Int
  package var documents: [Document]
  /// Files with skipped lines; nil if there are none.
  package var skippedFiles: [Explanation.SkippedFile]?
  /// The field of `--domain-field`, if no document has it.
  package var missingDomainField: String?
}
