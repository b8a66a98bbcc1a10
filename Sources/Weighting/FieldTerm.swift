/// A field whose number is added to log weights, and its coefficient.
package struct FieldTerm: Sendable, Equatable, Codable {
  /// The field's path: keys joined by dots.
  package var field: String
  package var coefficient: Double

  package init(field: String, coefficient: Double) {
    self.field = field
    self.coefficient = coefficient
  }
}
