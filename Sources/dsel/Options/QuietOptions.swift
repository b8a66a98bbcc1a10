import ArgumentParser

/// For commands that are too short to show progress.
struct QuietOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print only warnings and errors.")
  var quiet = false
}
