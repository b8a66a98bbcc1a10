import ArgumentParser
import Pipeline
import Reporting

/// Answers why documents were selected or not.
extension ExplainCommand {
  func explainSelection(_ manifest: String, _ context: CommandContext) throws {
    var wanted = WantedDocuments(idField: source.idField ?? WeighedDocumentOptions.defaultIDField)
    wanted.ids = ids
    wanted.lines = lines.map { WantedDocuments.Line(file: $0.file, number: $0.number.value) }
    let settings = try source.repeated(
      manifest, to: "explain", own: ["--id", "--line"], of: ExplainCommand.self, context)
    let answer = try Why(
      settings, wanted, top: shownCount, progress: context.progress.meter,
      registry: context.registry
    ).run()
    try context.print(answer, source.result)
  }
}
