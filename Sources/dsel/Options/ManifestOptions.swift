import ArgumentParser
import Files
import Pipeline
import Reporting

/// How a selection is made again from its manifest, to ask about it.
struct ManifestOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Directory to which relative paths of the manifest belong. (default: that in which the run \
      was started)
      """,
      valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Flag(help: "Start the --reader commands that the manifest names.")
  var runReaders = false

  func validate() throws {
    guard let directory else { return }
    guard let status = try? FileStatus(path: directory), status.kind == .directory else {
      throw ValidationError("--directory: there is no directory '\(directory)'.")
    }
  }

  /// The settings of the selection that a manifest tells about.
  ///
  /// Its directory becomes the working directory.
  ///
  /// - Parameters:
  ///   - verb: what is done with the selection.
  ///   - threads: replaces the run's own number.
  /// - Throws: ``PipelineError``, `ValidationError`
  func settings(
    _ manifest: String, to verb: String, threads: Int?, _ context: CommandContext
  ) throws -> RepeatSettings {
    let run = try RecordedRun(path: manifest)
    let command = try run.command()
    if let directory = directory ?? command.directory,
      !FileName.changeDirectory(to: directory)
    {
      throw PipelineError.verifying(.noDirectory(path: manifest, directory: directory))
    }
    let name = command.arguments.first ?? ""
    guard name == "select",
      var select = try? Dsel.parseAsRoot(command.arguments) as? SelectCommand
    else {
      let words = name == "select" ? command.arguments.joined(separator: " ") : name
      throw PipelineError.verifying(.notOfSelect(path: manifest, command: words))
    }
    try check(select, manifest)
    if let threads { select.execution.threads = Count(threads) }
    let took = run.totalSeconds.map { ", which took \(Format.time($0)) then" } ?? ""
    context.diagnostics.note(
      "to \(verb) it, the selection is made again without writing it\(took).")
    return RepeatSettings(try select.settings(context.finder(select.input.reading)), run)
  }

  /// Refuses what the manifest's command line has already.
  ///
  /// - Parameter own: the options that go with --manifest.
  /// - Throws: `ValidationError`
  static func refuseOthers(than own: Set<String>, of command: any ParsableCommand.Type) throws {
    let scan = ArgumentScan(
      FileName.arguments().dropFirst(), of: try CommandInfo.of(command))
    let general: Set = [
      "--manifest", "--directory", "--run-readers", "--id-field", "--top", "--threads", "--quiet",
      "-q", "--verbose", "-v", "--progress", "--json",
    ]
    let other =
      scan.operands.first
      ?? scan.occurrences.map(\.written).first { !general.contains($0) && !own.contains($0) }
    if let other {
      throw ValidationError(
        "\(other): with --manifest, the options and files are those of the manifest's run. Leave it "
          + "out.")
    }
  }

  private func check(_ select: SelectCommand, _ manifest: String) throws {
    let inputs =
      try select.input.settings().flatMap(\.paths) + select.input.pool.namedFiles()
      + select.exclusion.paths()
    guard !inputs.contains(where: { $0 == "-" || File.isPipedInput($0) }) else {
      throw PipelineError.verifying(.readStandardInput(path: manifest))
    }
    guard runReaders || select.input.reading.readers.reader.isEmpty else {
      throw PipelineError.verifying(.hasReaders(path: manifest))
    }
  }
}

/// The name of a line: `12` or `crawl.jsonl:12`.
struct LineName {
  var file: String?
  var number: Count

  /// - Throws: `ValidationError`
  init(parsing text: String) throws {
    let number = text.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init)
    let fileLength = text.utf8.count - (number ?? "").utf8.count - 1
    self.number = try Count(parsing: number ?? text)
    file = fileLength > 0 ? String(decoding: text.utf8.prefix(fileLength), as: UTF8.self) : nil
  }
}
