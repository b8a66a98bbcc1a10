import ArgumentParser

/// For commands that are too short to show progress.
struct QuietOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print only warnings and errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Add further figures to the summary.")
  var verbose = false

  func validate() throws {
    if quiet, verbose { throw ValidationError("Use --quiet or --verbose, not both.") }
  }
}
