package import Writing

/// An output can't be written.
package enum OutputError: Error {
  case writing(WritingError)
  /// The output is also an input.
  case isInput(path: String)
  /// Two outputs are the same file.
  case isOutput(path: String)
  /// A file for which attributes have no place: only a directory `documents` has a sibling for
  /// them.
  case notInDocuments(path: String)
}
