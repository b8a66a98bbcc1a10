/// A number in a document's line, and what it is multiplied by.
package struct FieldWeight: Sendable, Equatable, Codable {
  /// Dotted keys.
  package var field: String
  package var scale: Double

  package init(field: String, scale: Double) {
    self.field = field
    self.scale = scale
  }
}
