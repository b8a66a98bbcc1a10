/// How weights are written.
package enum WeightFormat: String, Sendable, CaseIterable, Codable {
  /// One line per document, with all that a draw needs.
  case jsonl
  /// Attributes beside the documents, as the Dolma toolkit has them:
  /// `attributes/dsel/…` mirrors `documents/…`, row by row.
  case dolma
}
