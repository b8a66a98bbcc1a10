/// What to do with a record that is no document.
package enum ErrorPolicy: String, Sendable, Codable {
  case fail
  /// Leave it out and count it.
  case skip
}
