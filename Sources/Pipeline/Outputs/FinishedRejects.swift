internal import Writing

/// The file of skipped records and the file of their reasons, both whole but without names.
struct FinishedRejects: ~Copyable {
  private let lines: FinishedOutput
  private var reasons: FinishedOutput?

  init(lines: consuming FinishedOutput, reasons: consuming FinishedOutput?) {
    self.lines = lines
    self.reasons = reasons
  }

  /// - Parameter path: the file of skipped records.
  func records(_ path: String?, reasons reasonsPath: String?) -> [OutputRecord] {
    [OutputRecord(.rejects, path, lines)]
      + OutputRecord.of(.rejectReasons, reasonsPath, reasons)
  }

  /// - Throws: ``WritingError/system(_:)``. Then all names are as they were.
  consuming func commit() throws(WritingError) {
    if let reasons = reasons.take() { try reasons.commit() }
    try lines.commit()
  }
}
