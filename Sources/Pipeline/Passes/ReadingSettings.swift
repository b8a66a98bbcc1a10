package import Reading

/// How a run reads its inputs.
package struct ReadingSettings: Sendable, Codable {
  package var textField = "text"
  package var limits = ReadingLimits()
  /// The formats that files of documents may have.
  package var formats = DocumentFormats.all
  package var threadCount = 1
  package var errorPolicy = ErrorPolicy.fail
  /// How many of a file's lines may be invalid, where such lines are skipped.
  package var skipLimit = SkipLimit.standard
  /// Whether a file that is named twice is read twice.
  package var allowsRepeats = false
  /// Where pipes are spooled that must be read twice.
  package var spoolDirectory = "/tmp"

  package init() {}

  // Formats are code: all of this program's are there after decoding.
  private enum CodingKeys: String, CodingKey {
    case textField, limits, threadCount, errorPolicy, skipLimit, allowsRepeats, spoolDirectory
  }

  func workers(_ progress: ProgressMeter) -> DocumentWorkers {
    DocumentWorkers(
      threadCount: threadCount, textField: textField, limits: limits, errorPolicy: errorPolicy,
      skipLimit: skipLimit, progress: progress)
  }

  /// The same, with the text elsewhere.
  ///
  /// - Parameter field: nil if it is where it was.
  func with(textField field: String?) -> ReadingSettings {
    var settings = self
    settings.textField = field ?? textField
    return settings
  }
}
