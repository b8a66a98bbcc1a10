/// A number in a document's line, and its multiplier.
package struct FieldWeight: Sendable, Equatable, Codable {
  /// The field's path: keys joined by dots.
  package var field: String
  package var scale: Double

  package init(field: String, scale: Double) {
    self.field = field
    self.scale = scale
  }
}
