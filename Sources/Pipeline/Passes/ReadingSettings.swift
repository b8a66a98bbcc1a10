package import Reading

/// How a run reads its inputs.
package struct ReadingSettings: Sendable, Codable {
  package var textField = TextField(Defaults.textField)
  package var limits = ReadingLimits()
  /// The formats that files of documents may have.
  package var formats = DocumentFormats.all
  package var threadCount = 1
  package var errorPolicy = ErrorPolicy.fail
  /// The limit on a file's invalid lines, if such lines are skipped.
  package var skipLimit = SkipLimit.standard
  /// Whether a file that is named twice is read twice.
  package var allowsRepeats = false
  /// The directory in which pipes are spooled that must be read twice.
  package var spoolDirectory = Defaults.spoolDirectory
  /// The commands that read some files.
  package var readers = ReaderSettings()

  package init() {}

  // Formats are code: all of this program's are there after decoding.
  private enum CodingKeys: String, CodingKey {
    case textField, limits, threadCount, errorPolicy, skipLimit, allowsRepeats, spoolDirectory
    case readers
  }

  func workers(_ progress: ProgressMeter) -> DocumentWorkers {
    DocumentWorkers(
      threadCount: threadCount, textField: textField, limits: limits, errorPolicy: errorPolicy,
      skipLimit: skipLimit, progress: progress)
  }

  /// The same settings, for files that aren't documents, and that no command reads.
  var withoutReaders: ReadingSettings {
    var settings = self
    settings.readers = ReaderSettings()
    return settings
  }

  /// The same settings, with the text in another field.
  ///
  /// - Parameter field: nil to keep the field.
  func with(textField field: TextField?) -> ReadingSettings {
    var settings = self
    settings.textField = field ?? textField
    return settings
  }
}
