package import Reading

/// An input can't be used.
package enum InputError: Error {
  /// An input can't be read.
  ///
  /// - Parameter line: the physical line, from 1, if it is known.
  case reading(ReadingError, line: Int?)
  case invalidLine(path: String, line: Int, InvalidLine)
  /// The same for a target, whose text may be in another field than the pool's.
  case invalidTargetLine(path: String, line: Int, InvalidLine)
  /// The same for a file of evaluation documents, which may have a field of their own too.
  case invalidEvaluationLine(path: String, line: Int, InvalidLine)
  /// The same for a file of weights.
  case invalidWeightLine(path: String, line: Int, InvalidLine)
  /// A Parquet file in the place of one of weights doesn't have their columns.
  case noWeightColumn(path: String, field: String, present: [String])
  /// More lines of a file are invalid than may be skipped.
  ///
  /// `lineCount` doesn't include blank lines.
  case tooManySkipped(
    path: String, skipped: [InvalidLine.Reason: Int], lineCount: Int, limit: SkipLimit)
  /// A file is named twice.
  ///
  /// - Parameter otherPath: the earlier name.
  case repeatedFile(path: String, otherPath: String, canBeAllowed: Bool)
  /// No file of the role has a document.
  case empty(role: InputRole, skippedLines: Int)
  case noTokens(role: InputRole)
  /// No document has this name.
  case noSuchID(id: String, field: String, skippedCount: Int)
  case noSuchLine(path: String, line: Int, lineCount: Int)
  case blankLine(path: String, line: Int)
  /// A directory or a list doesn't name files of documents.
  case list(ListError)
  /// An input that is read twice can be read only once, like a pipe.
  case notRereadable(path: String)
}

/// The role of an input in a run.
package enum InputRole: Sendable {
  case target, pool
  /// Evaluation documents, which are excluded.
  case evaluation
  /// The documents of a command that reads nothing else.
  case input
  /// Files of weights.
  case weights
  case candidates
  /// The selection that is compared with a target.
  case selected
  /// The text by which selections are judged.
  case heldout
  /// A further selection.
  case other
}
