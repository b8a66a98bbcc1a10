package import Writing

/// An output can't be written.
package enum OutputError: Error {
  case writing(WritingError)
  /// The output is one of the inputs.
  case isInput(path: String)
  /// Two outputs are one file.
  case isOutput(path: String)
}
