import ArgumentParser
import Files
import Pipeline
import Reporting

/// Answers why documents were selected or not.
extension ExplainCommand {
  /// The options that go with --manifest. All others are in the manifest's command line.
  private static let ownOptions: Set<String> = [
    "--manifest", "--directory", "--run-readers", "--id", "--id-field", "--line", "--top",
    "--threads", "--quiet", "-q", "--verbose", "-v", "--progress", "--json",
  ]

  func explainSelection(_ manifest: String, _ context: CommandContext) throws {
    let scan = ArgumentScan(
      FileName.arguments().dropFirst(), of: try CommandInfo.of(ExplainCommand.self))
    let other =
      scan.operands.first ?? scan.occurrences.map(\.written).first { !Self.ownOptions.contains($0) }
    if let other {
      throw ValidationError(
        "\(other): with --manifest, the options and files are those of the manifest's run. Leave it "
          + "out.")
    }
    var wanted = WantedDocuments(idField: idField ?? Self.defaultIDField)
    wanted.ids = ids
    wanted.lines = lines.map { WantedDocuments.Line(file: $0.file, number: $0.number.value) }
    let settings = try repeating.settings(
      manifest, to: "explain", threads: execution.threads?.value, context)
    let answer = try Why(
      settings, wanted, top: shownCount, progress: context.progress.meter,
      registry: context.registry
    ).run()
    try context.print(answer, result)
  }
}
