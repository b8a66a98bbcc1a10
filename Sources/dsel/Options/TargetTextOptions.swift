import ArgumentParser

/// The field of a target's text, for commands that read a target and a pool.
struct TargetTextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Field with the text in the target's files. (default: --text-field)", valueName: "path"))
  var targetTextField: String?

  func validate() throws {
    if let targetTextField {
      try ReadingOptions.validateField(targetTextField, option: "--target-text-field")
    }
  }
}
