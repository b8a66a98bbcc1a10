package import Writing

/// An output can't be written.
package enum OutputError: Error {
  case writing(WritingError)
  /// The output is also an input.
  case isInput(path: String)
  /// Two outputs are the same file.
  case isOutput(path: String)
  /// The file isn't in a directory `documents`, so its attributes have no place beside it.
  case notInDocuments(path: String)
  /// The file has rows of a table, which can't be copied as lines.
  case rows(path: String, RowOutput)
  /// A directory for temporary files has too few free bytes for what is kept of candidates.
  ///
  /// What they need is an estimate.
  case noRoom(directory: String, needed: Int, free: Int, Spooler)

  /// An output that rows can't be written to.
  package enum RowOutput: Sendable { case selection, attributes, flushedWeights }

  /// The command that keeps something of candidates in a temporary file.
  ///
  /// By weight, only near-duplicates need a file.
  package enum Spooler: Sendable {
    case select, selectByWeight, weigh, weighByWeight, merge, resample
  }
}
