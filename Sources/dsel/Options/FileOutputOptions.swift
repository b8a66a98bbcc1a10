import ArgumentParser
import Compression
import Files
import Writing

/// Where a command writes its one result.
struct FileOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("File to write. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: "Compression of the output. (default: by the suffix of its name)")
  var compress: OutputOptions.Compression?

  @Flag(help: "Replace existing files.")
  var force = false

  var path: String? { OutputName.file(output) }

  var destination: Destination { path.map { .file(path: $0) } ?? .standardOutput }

  var container: Container {
    OutputOptions.container(compress) ?? path.map { Container(suffixOf: $0) } ?? .plain
  }

  func validate() throws {
    if output == "" { throw ValidationError("--output is empty. Name a file.") }
    try OutputName.validate("--output", path)
  }

  /// Refuses the records that stand beside results, which a shell's `*` takes in.
  static func refuseManifests(_ paths: [String]) throws {
    guard let path = paths.first(where: { $0.endsInBytes(of: ".manifest.json") }) else { return }
    throw ValidationError(
      "\(path) is the record of a run, and not its result. Name the results alone, such as directory/*.zst."
    )
  }

  /// - Throws: `ValidationError`
  func checkTerminal() throws {
    try OutputOptions.checkTerminal(container, isStandardOutput: path == nil)
  }
}

/// For commands that do nothing long enough to show progress of.
struct QuietOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print only warnings and errors.")
  var quiet = false
}

/// How a command tells what it did.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print a report of the run to standard output, as JSON.")
  var json = false

  /// Refuses to mix results and report in standard output.
  func validate(with output: FileOutputOptions) throws {
    try validate(writesToStandardOutput: output.path == nil)
  }

  func validate(writesToStandardOutput: Bool) throws {
    guard !json || !writesToStandardOutput else {
      throw ValidationError(
        "--json prints to standard output, where the result goes. Name a file with --output.")
    }
  }
}

/// What goes with a work directory, and what doesn't.
enum WorkDirectoryRules {
  static func validate(_ directory: String?, files: [String], rejects: String?) throws {
    guard let directory else { return }
    guard directory != "" else { throw ValidationError("--work-dir is empty. Name a directory.") }
    guard !files.contains("-") else {
      throw ValidationError(
        "--work-dir knows inputs by their files, and standard input (-) is none.")
    }
    guard rejects == nil else {
      throw ValidationError(
        "--rejects doesn't go with --work-dir, which reads only what has changed.")
    }
  }
}
