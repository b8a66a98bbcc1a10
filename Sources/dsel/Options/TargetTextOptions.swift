import ArgumentParser
import Reading

/// The field of a target's text, for commands that read a target and a pool.
struct TargetTextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Field with the text in the target's files, written as for --text-field. (default: --text-field)",
      valueName: "path"))
  var targetTextField: String?

  func validate() throws {
    if let targetTextField {
      try TextFieldOption.validate(targetTextField, option: "--target-text-field")
    }
  }

  /// Where the target's text is, if it isn't where the others' is; joined as theirs.
  func field(_ reading: ReadingOptions) -> TextField? {
    targetTextField.map(reading.field)
  }
}
