package import Reading

/// How a run reads its inputs.
package struct ReadingSettings: Sendable {
  package var textField = "text"
  package var limits = ReadingLimits()
  package var threadCount = 1
  package var errorPolicy = ErrorPolicy.fail
  /// Where pipes are spooled that must be read twice.
  package var spoolDirectory = "/tmp"

  package init() {}

  func workers(_ progress: ProgressMeter) -> DocumentWorkers {
    DocumentWorkers(
      threadCount: threadCount, textField: textField, limits: limits, errorPolicy: errorPolicy,
      progress: progress)
  }
}
