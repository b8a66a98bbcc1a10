import ArgumentParser
import Pipeline
import Reading

/// How files of documents are read, whatever they are for.
struct ReadingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where the text is; dots lead into objects.", valueName: "path"))
  var textField = "text"

  @Option(help: "At an invalid line: fail, or skip and count it.")
  var onError = OnError.fail

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
    try Self.validate(window: maxWindow)
  }

  static func validate(window: ByteCount) throws {
    guard window.value >= 1024 else {
      throw ValidationError("--max-window must be at least 1KiB, the smallest window of zstd.")
    }
  }

  /// Refuses a dotted path with an empty key.
  static func validateField(_ field: String, option: String) throws {
    guard !field.split(separator: ".", omittingEmptySubsequences: false).contains("") else {
      throw ValidationError("\(option) '\(field)' has an empty key. Write it like meta.doc.text.")
    }
  }

  /// Refuses what can't be read twice over.
  static func validateFiles(_ paths: [String]) throws {
    guard paths.count(where: { $0 == "-" }) < 2 else {
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
    settings.spoolDirectory = Environment["TMPDIR"] ?? "/tmp"
    return settings
  }
}

/// Where invalid lines are kept, for commands that write files.
struct RejectOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Write skipped lines here.", valueName: "file"))
  var rejects: String?

  func validate(with reading: ReadingOptions) throws {
    guard rejects == nil || reading.onError == .skip else {
      throw ValidationError("--rejects needs --on-error skip: otherwise no line is skipped.")
    }
  }
}
