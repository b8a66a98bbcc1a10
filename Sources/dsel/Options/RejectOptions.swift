import ArgumentParser

/// The file for invalid lines, for commands that write files.
struct RejectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      File for skipped lines. FILE.reasons.jsonl gets the position of each and the reason.
      """,
      valueName: "file"), completion: .file())
  var rejects: String?

  func validate(with reading: ReadingOptions) throws {
    guard rejects == nil || reading.onError == .skip else {
      throw ValidationError("--rejects needs --on-error skip: otherwise no line is skipped.")
    }
    try OutputName.validate("--rejects", rejects)
  }
}
