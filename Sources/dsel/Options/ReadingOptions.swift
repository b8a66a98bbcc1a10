import ArgumentParser
import Files
import Pipeline
import Reading

/// How files of documents are read, whatever they are for.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the text is; dots lead into objects, and \\. is a dot in a key.", valueName: "path"))
  var textField = "text"

  @Option(help: "At an invalid line: fail, or skip and count it.")
  var onError = OnError.fail

  @Option(
    help: ArgumentHelp(
      """
      With --on-error skip: fail if more of a file's lines are invalid than this share (5%), this number (1000), or \
      the larger of both (1%,10). (default: 1%,10)
      """, valueName: "f%|n|f%,n"), transform: MaximumSkipped.init(parsing:))
  var maxSkipped: MaximumSkipped?

  @Flag(help: "Read a file that is named twice each time, instead of refusing it.")
  var allowRepeats = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The longest line that is read. (default: 256MiB)", valueName: "bytes"),
    transform: ByteCount.init(parsing:))
  var maxLineBytes = ByteCount(256 << 20)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The largest zstd window that is allowed. (default: 128MiB)", valueName: "bytes"),
    transform: ByteCount.init(parsing:))
  var maxWindow = ByteCount(128 << 20)

  enum OnError: String, ExpressibleByArgument, CaseIterable { case fail, skip }

  func validate() throws {
    try Self.validateField(textField, option: "--text-field")
    guard maxLineBytes.value >= 1, maxLineBytes.value <= 2 << 30 else {
      throw ValidationError("--max-line-bytes must be from 1 to 2GiB.")
    }
    guard maxSkipped == nil || onError == .skip else {
      throw ValidationError("--max-skipped needs --on-error skip: otherwise no line is skipped.")
    }
    try Self.validate(window: maxWindow)
  }

  static func validate(window: ByteCount) throws {
    guard window.value >= 1024 else {
      throw ValidationError("--max-window must be at least 1KiB, the smallest window of zstd.")
    }
  }

  /// Refuses a dotted path with an empty key, or with a backslash that means nothing.
  static func validateField(_ field: String, option: String) throws {
    switch FieldPath.fault(in: field) {
    case nil: return
    case .emptyKey:
      throw ValidationError(
        "\(option) '\(field)' has an empty key. Write it like meta.doc.text, and a dot in a key as '\\.'."
      )
    case .strayBackslash:
      throw ValidationError(
        "\(option) '\(field)' has a backslash that stands before no dot. Write a backslash in a key as '\\\\', "
          + "and a dot as '\\.'.")
    }
  }

  /// Refuses what can't be read twice over.
  static func validateFiles(_ paths: [String]) throws {
    guard paths.count(where: { $0 == "-" || File.isPipedInput($0) }) < 2 else {
      throw ValidationError("Standard input (-) is named twice. It can be read as one input only.")
    }
  }

  func settings(_ execution: RunOptions) -> ReadingSettings {
    var settings = ReadingSettings()
    settings.textField = textField
    settings.limits = ReadingLimits(
      maximumLine: maxLineBytes.value, maximumWindow: maxWindow.value)
    settings.threadCount = execution.threadCount
    settings.errorPolicy = onError == .skip ? .skip : .fail
    settings.skipLimit = maxSkipped?.limit ?? .standard
    settings.allowsRepeats = allowRepeats
    settings.spoolDirectory = FileName.environment("TMPDIR") ?? "/tmp"
    return settings
  }
}

/// Where invalid lines are kept, for commands that write files.
struct RejectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write skipped lines here, and beside it FILE.reasons.jsonl, which says where each was and why.",
      valueName: "file"), completion: .file())
  var rejects: String?

  func validate(with reading: ReadingOptions) throws {
    guard rejects == nil || reading.onError == .skip else {
      throw ValidationError("--rejects needs --on-error skip: otherwise no line is skipped.")
    }
    try OutputName.validate("--rejects", rejects)
  }
}
