import ArgumentParser
import Files
import Pipeline
import Reading

/// How files of documents are read, for every purpose.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Field with the text. Dots lead into objects, and \\. is a dot in a key. Several fields: \
      instruction,input,output. Lists: messages[].content, messages[role=user].content, turns[0]. \
      The first that is there: text|content.
      """, valueName: "path"))
  var textField = Defaults.textField

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Text between the fields and list items that --text-field joins: \\n is a newline. \
      (default: a newline)
      """, valueName: "text"),
    transform: TextFieldOption.joint(parsing:))
  var textJoin: String?

  @Option(help: "Invalid lines: stop at the first (fail), or skip and count them (skip).")
  var onError = OnError.fail

  @Option(
    help: ArgumentHelp(
      """
      With --on-error skip: largest number of invalid lines in a file, as a share (5%), a number \
      (1000), or the larger of both (1%,10). (default: 1%,10)
      """, valueName: "f%|n|f%,n"), transform: MaximumSkipped.init(parsing:))
  var maxSkipped: MaximumSkipped?

  @Flag(help: "Read a file each time it is named, instead of refusing repeats.")
  var allowRepeats = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Length of the longest line to accept. (default: 256MiB)", valueName: "bytes"),
    transform: ByteCount.init(parsing:))
  var maxLineBytes = ByteCount(256 << 20)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Size of the largest zstd window to accept. (default: 128MiB)", valueName: "bytes"),
    transform: ByteCount.init(parsing:))
  var maxWindow = ByteCount(128 << 20)

  @OptionGroup var readers: ReaderOptions

  enum OnError: String, ExpressibleByArgument, CaseIterable { case fail, skip }

  func validate() throws {
    try TextFieldOption.validate(textField, option: "--text-field")
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

  /// Refuses a dotted path with an empty key, or with a meaningless backslash.
  static func validateField(_ field: String, option: String) throws {
    switch FieldPath.fault(in: field) {
    case nil: return
    case .emptyKey:
      throw ValidationError(
        "\(option) '\(field)' has an empty key. Write it like meta.doc.text. A dot in a key is "
          + "written '\\.'."
      )
    case .strayBackslash:
      throw ValidationError(
        "\(option) '\(field)' has a backslash that is not before a dot. A backslash in a key is "
          + "written '\\\\', and a dot '\\.'.")
    }
  }

  /// Where the text is.
  var field: TextField { field(at: textField) }

  func field(at expression: String) -> TextField {
    TextField(expression, joint: textJoin ?? TextField.defaultJoint)
  }

  /// Refuses a joint that joins nothing.
  ///
  /// - Parameter others: the fields of other texts, if they are given.
  func validateJoint(_ others: String?...) throws {
    guard textJoin != nil else { return }
    guard ([textField] + others.compactMap { $0 }).contains(where: Self.joins) else {
      throw ValidationError(
        "--text-join needs a --text-field that joins several strings, such as "
          + "messages[].content or instruction,input,output.")
    }
  }

  private static func joins(_ field: String) -> Bool {
    (try? TextExpression(parsing: field))?.isPlain == false
  }

  /// Refuses inputs that can't be read twice.
  static func validateFiles(_ paths: [String]) throws {
    let paths = paths.map { PipeName($0)?.path ?? $0 }
    guard paths.count(where: { $0 == "-" || File.isPipedInput($0) }) < 2 else {
      throw ValidationError("Standard input (-) is named twice, but it can be read only once.")
    }
  }

  func settings(_ execution: RunOptions) -> ReadingSettings {
    var settings = ReadingSettings()
    settings.textField = field
    settings.limits = ReadingLimits(
      maximumLine: maxLineBytes.value, maximumWindow: maxWindow.value)
    settings.threadCount = execution.threadCount
    settings.errorPolicy = onError == .skip ? .skip : .fail
    settings.skipLimit = maxSkipped?.limit ?? .standard
    settings.allowsRepeats = allowRepeats
    settings.readers = readers.settings
    settings.spoolDirectory = FileName.environment("TMPDIR") ?? Defaults.spoolDirectory
    return settings
  }
}
