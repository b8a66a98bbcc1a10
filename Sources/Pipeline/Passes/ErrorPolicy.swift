/// What to do with a record that is no document.
package enum ErrorPolicy: Sendable {
  case fail
  /// Leave it out and count it.
  case skip
}
