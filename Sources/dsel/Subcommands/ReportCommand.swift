import ArgumentParser
import Files
import Pipeline
import Platform
import Reporting
import Writing

/// `dsel report`: makes a page of stored data.
struct ReportCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make the page of a run from the data that --report-data kept.",
    discussion: """
      The page is the same, byte for byte, as --report of that run writes. The data contains texts \
      of documents, and so does the page.
      """)

  static let examples = """
    Keep the data, and make the page elsewhere:
      dsel select --target wiki.jsonl --pool crawl.jsonl.zst -o selected.jsonl --report-data run.json
      dsel report run.json -o run.html
    """

  @Argument(
    help: ArgumentHelp("Data from --report-data.", valueName: "data"), completion: .file())
  var data: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("HTML file to write. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  func validate() throws {
    if output == "" { throw ValidationError("--output is empty. Name a file.") }
    try PageOptions.validatePage("--output", OutputName.file(output))
  }

  func run() throws {
    try Execution(progress: .auto).run(json: false) { context in
      let page = try MakePage(data, page: ReportPage.maker).run()
      guard let path = OutputName.file(output) else { return try context.write(page) }
      do throws(WritingError) {
        let file = try AtomicFile(path: path, replaces: force, registry: context.registry)
        try file.write(page.span)
        try file.commit()
      } catch {
        throw PipelineError.output(.writing(error))
      }
    }
  }
}
