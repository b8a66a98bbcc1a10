/// What is wanted of each document.
package struct DocumentRequest: Sendable {
  /// The field that holds the text, as ``FieldPath`` has it: `text`, or `meta.doc.text` for a
  /// nested one.
  package var textField: String
  /// Further fields whose values are wanted, written likewise.
  package var fields: [String]

  package init(textField: String, fields: [String] = []) {
    self.textField = textField
    self.fields = fields
  }
}
