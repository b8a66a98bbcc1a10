import ArgumentParser
import Compression
import Files
import Writing

/// The output of a command with one result.
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

  /// Refuses the records beside results, which a shell's `*` may include.
  static func refuseManifests(_ paths: [String]) throws {
    guard let path = paths.first(where: { $0.endsInBytes(of: ".manifest.json") }) else { return }
    throw ValidationError(
      "\(path) is the record of a run, not its result. Name only results, such as directory/*.zst."
    )
  }

  /// - Throws: `ValidationError`
  func checkTerminal() throws {
    try OutputOptions.checkTerminal(container, isStandardOutput: path == nil)
  }
}
