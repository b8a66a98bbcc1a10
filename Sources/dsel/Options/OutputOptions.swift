import ArgumentParser
import Compression
import Writing

/// What is written, and where.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write the selected lines here. (default: standard output)", valueName: "file"))
  var output: String?

  @Option(help: "Compress the output. (default: as the output's name ends)")
  var compress: Compression?

  @Flag(help: "Add \"dsel\": {log_weight, key} to each line.")
  var annotate = false

  @Option(
    help: ArgumentHelp(
      "Write the record of the run here. (default: OUTPUT.manifest.json)", valueName: "file"))
  var manifest: String?

  @Flag(help: "Replace files that exist.")
  var force = false

  enum Compression: String, ExpressibleByArgument, CaseIterable { case none, zst, gz }

  var path: String? { output == "-" ? nil : output }

  var container: Container { Self.container(compress, path) }

  /// What was asked for, or else what the name asks for.
  static func container(_ compress: Compression?, _ path: String?) -> Container {
    switch compress {
    case Compression.none?: .plain
    case .zst?: .zstd
    case .gz?: .gzip
    case nil: path.map { Container(suffixOf: $0) } ?? .plain
    }
  }

  var destination: Destination { path.map { .file(path: $0) } ?? .standardOutput }

  /// What is no regular file, such as `/dev/null`, gets no manifest beside it unless one is named.
  func manifestPath(isRegular: Bool) -> String? {
    manifest ?? (isRegular ? path.map { "\($0).manifest.json" } : nil)
  }

  func validate() throws {
    for (name, value) in [("--output", output), ("--manifest", manifest)] where value == "" {
      throw ValidationError("\(name) is empty. Name a file.")
    }
    if let path, path == manifest {
      throw ValidationError("--output and --manifest name the same file.")
    }
  }
}
