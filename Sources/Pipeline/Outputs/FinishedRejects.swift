internal import Writing

/// The file of skipped records, and the file of the reasons: both whole, and without their names.
struct FinishedRejects: ~Copyable {
  private let lines: FinishedOutput
  private var reasons: FinishedOutput?

  init(lines: consuming FinishedOutput, reasons: consuming FinishedOutput?) {
    self.lines = lines
    self.reasons = reasons
  }

  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  consuming func commit() throws(WritingError) {
    if let reasons = reasons.take() { try reasons.commit() }
    try lines.commit()
  }
}
