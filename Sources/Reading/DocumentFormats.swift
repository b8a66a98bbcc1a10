/// The formats that are read.
package enum DocumentFormats {
  /// In the order in which they are asked whether a file is theirs. The last takes whatever no
  /// other has taken, and says what is wrong with it.
  package static let all: [any DocumentFormat] = [JSONLines()]
}
