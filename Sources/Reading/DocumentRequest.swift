/// The fields that a pass needs from each document.
package struct DocumentRequest: Sendable {
  /// Where the text is.
  package var textField: TextField
  /// Further fields whose values are needed, each as a ``FieldPath``: `id`, or nested `meta.id`.
  package var fields: [String]

  package init(textField: TextField, fields: [String] = []) {
    self.textField = textField
    self.fields = fields
  }
}
