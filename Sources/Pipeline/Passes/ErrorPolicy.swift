/// The treatment of a record that is no document.
package enum ErrorPolicy: String, Sendable, Codable {
  case fail
  /// Leaves it out and counts it.
  case skip
}
