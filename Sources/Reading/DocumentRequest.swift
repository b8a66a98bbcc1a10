/// The fields that a pass needs from each document.
package struct DocumentRequest: Sendable {
  /// The field that holds the text, as a ``FieldPath``: `text`, or nested `meta.doc.text`.
  package var textField: String
  /// Further fields whose values are needed, written likewise.
  package var fields: [String]

  package init(textField: String, fields: [String] = []) {
    self.textField = textField
    self.fields = fields
  }
}
