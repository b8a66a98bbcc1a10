/// The formats of weights.
package enum WeightFormat: String, Sendable, CaseIterable, Codable {
  /// One line per document, with everything that a draw needs.
  case jsonl
  /// Attributes beside the documents, like those of the Dolma toolkit.
  ///
  /// `attributes/dsel/…` mirrors `documents/…`, row by row.
  case dolma
}
