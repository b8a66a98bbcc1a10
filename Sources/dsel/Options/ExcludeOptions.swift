import ArgumentParser
import Pipeline
import Reading

/// What documents are never selected for.
struct ExcludeOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Files or directories of evaluation documents: a document that shares an n-gram with one of them is never \
      selected.
      """, valueName: "file"),
    completion: .file())
  var exclude: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --exclude: number of tokens of the n-grams. Shorter evaluation documents of at least \
      \(Self.usualLeastLength) tokens are looked for as a whole. (default: \
      \(ExcludeSettings.defaultGramLength))
      """, valueName: "n"), transform: Count.init(parsing:))
  var excludeNgram: Count?

  @Option(
    help: ArgumentHelp(
      """
      Field with the text in the files of --exclude, written as for --text-field. (default: \
      --text-field)
      """, valueName: "path"))
  var excludeTextField: String?

  @Flag(help: "Never select documents that have the text of one of the target's documents.")
  var excludeTarget = false

  private static let usualLeastLength = ExcludeSettings.usualLeastLength
  /// N-grams of more tokens would find little but copies.
  private static let longestGram = 1000

  func validate() throws {
    _ = try paths()
    for (option, isGiven) in [
      ("--exclude-ngram", excludeNgram != nil), ("--exclude-text-field", excludeTextField != nil),
    ] where isGiven && exclude.isEmpty {
      throw ValidationError("\(option) needs --exclude, which names the evaluation files.")
    }
    if let excludeNgram, !(1...Self.longestGram).contains(excludeNgram.value) {
      throw ValidationError("--exclude-ngram must be from 1 to \(Self.longestGram).")
    }
    if let excludeTextField {
      try TextFieldOption.validate(excludeTextField, option: "--exclude-text-field")
    }
  }

  /// - Throws: `ValidationError`
  func paths() throws -> [String] { try FileList.paths(exclude, option: "--exclude") }

  /// The first option that is given.
  var given: String? {
    !exclude.isEmpty ? "--exclude" : excludeTarget ? "--exclude-target" : nil
  }

  /// - Throws: `ValidationError`, ``PipelineError``
  func settings(_ reading: ReadingOptions, _ finder: FileFinder) throws -> ExcludeSettings {
    var settings = ExcludeSettings()
    settings.paths = try finder.files(paths())
    if let excludeNgram { settings.gramLength = excludeNgram.value }
    settings.textField = excludeTextField.map(reading.field)
    settings.excludesTarget = excludeTarget
    return settings
  }
}

/// The list of what was excluded.
struct ExcludedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      File for the list of excluded documents that would have been selected otherwise, or been \
      candidates, with the evaluation document and the n-gram of each.
      """, valueName: "file"),
    completion: .file())
  var excluded: String?

  func validate() throws {
    if excluded == "" { throw ValidationError("--excluded is empty. Name a file.") }
    try OutputName.validate("--excluded", excluded)
  }
}
