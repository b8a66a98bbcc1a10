/// The numbers that a field of a document must have, both ends included.
package struct FieldWindow: Sendable, Equatable, Codable {
  /// The field's path: keys joined by dots.
  package var field: String
  /// nil for no limit.
  package var lowest: Double?
  /// nil for no limit.
  package var highest: Double?

  package init(field: String, lowest: Double?, highest: Double?) {
    self.field = field
    self.lowest = lowest
    self.highest = highest
  }

  func contains(_ number: Double) -> Bool {
    lowest.map { number >= $0 } ?? true && highest.map { number <= $0 } ?? true
  }
}
