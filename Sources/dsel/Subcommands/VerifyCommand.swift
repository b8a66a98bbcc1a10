import ArgumentParser
import Files
import Pipeline
import Reporting

/// `dsel verify`: compares files with a manifest.
struct VerifyCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that the files of a selection, of weights or of a model are what they were.",
    discussion: """
      Reads the manifest that 'dsel select', 'dsel resample' or 'dsel weigh' wrote, and compares \
      each file that it names by a hash: inputs, models and outputs (of weigh: no outputs). A model \
      or a file of candidates names the files that it was made of. Prints which are the same, changed or missing, and \
      the command that repeats the run. Exit status: 0 if all are the same, 1 if one has changed \
      or is missing.

      same text: the file is stored in another way, such as another compression. same size: the \
      manifest has no hash of the file, since resample reads only the chosen lines of a pool.
      """)

  static let examples = """
    Is this still the selection, and is the pool the same?
      dsel verify selected.jsonl.manifest.json

    Were these models made of the files that are there now?
      dsel verify wiki.model pool.model

    The project has moved to another directory:
      dsel verify --directory /data/new selected.jsonl.manifest.json

    The files that differ, for a script:
      dsel verify --json selected.jsonl.manifest.json |
        jq -r '.manifests[].files[] | select(.state == "changed" or .state == "missing").path'
    """

  @Argument(
    help: ArgumentHelp(
      "Manifests of 'dsel select', 'dsel resample' or 'dsel weigh', models, or candidates.",
      valueName: "file"),
    completion: .file())
  var operands: [String]

  @Option(
    help: ArgumentHelp(
      """
      Directory to which relative paths of the manifest belong. (default: that in which the run \
      was started, or if it is gone the working directory)
      """,
      valueName: "dir"),
    completion: .directory)
  var directory: String?

  @OptionGroup(title: "Output") var result: ResultOptions

  func validate() throws {
    guard let directory else { return }
    guard let status = try? FileStatus(path: directory), status.kind == .directory else {
      throw ValidationError("--directory: there is no directory '\(directory)'.")
    }
  }

  func run() throws {
    var differs = false
    try Execution(progress: .auto).run(json: result.json) { context in
      var settings = VerifySettings(manifests: operands)
      settings.directory = directory
      settings.version = Dsel.version
      let verification = try Verify(settings, progress: context.progress.meter).run()
      differs = verification.differs
      try context.print(verification, result)
    }
    if differs { throw ExitCode.failure }
  }
}
