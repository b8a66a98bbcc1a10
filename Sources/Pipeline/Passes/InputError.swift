package import Reading

/// An input can't be used.
package enum InputError: Error {
  /// An input can't be read; `line` is the physical line, from 1, where one is known.
  case reading(ReadingError, line: Int?)
  case invalidLine(path: String, line: Int, InvalidLine)
  /// The same, in a target, whose text may be elsewhere than the pool's.
  case invalidTargetLine(path: String, line: Int, InvalidLine)
  /// More lines of a file were skipped than may be. `lineCount` is without blank lines.
  case tooManySkipped(
    path: String, skipped: [InvalidLine.Reason: Int], lineCount: Int, limit: SkipLimit)
  /// A file is named twice; `otherPath` is the one before it.
  case repeatedFile(path: String, otherPath: String, canBeAllowed: Bool)
  /// No document in any file of that role.
  case empty(role: InputRole, skippedLines: Int)
  case noTokens(role: InputRole)
  case noSuchLine(path: String, line: Int, lineCount: Int)
  case blankLine(path: String, line: Int)
  /// What is read twice can be read only once.
  case notRereadable(path: String)
}

/// What an input is to a run.
package enum InputRole: String, Sendable {
  case target, pool
  /// What a model is fitted on.
  case input
  /// What is drawn by.
  case weights
  case candidates
  /// What is compared with the target.
  case selected
}
