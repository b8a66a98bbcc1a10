import ArgumentParser
import Files
import Pipeline
import Reporting

/// `dsel merge`: adds up models, or candidates.
struct MergeCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Add up model files, or candidate files, with the same settings.",
    discussion: """
      The result has the same bytes for any order and grouping of the files: those that one run \
      over all the documents would write.
      """)

  static let examples = """
    The model of a pool, from the models of its shards:
      dsel merge models/*.model.zst -o pool.model.zst

    The candidates of a pool, from those of its shards:
      dsel merge candidates/*.jsonl.zst -o all.candidates.jsonl.zst
    """

  @Argument(
    help: ArgumentHelp(
      "Files from 'dsel fit' or 'dsel weigh --candidates'.", valueName: "file"),
    completion: .file())
  var operands: [String]

  @Flag(
    help: """
      Accept models that were fitted to the same file. The file then counts once per model.
      """)
  var allowRepeats = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Size of the largest zstd window to accept. (default: 128MiB)", valueName: "bytes"),
    transform: ByteCount.init(parsing:))
  var maxWindow = ByteCount(128 << 20)

  @OptionGroup(title: "Output") var output: FileOutputOptions
  @OptionGroup(title: "Run") var quietness: QuietOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  private func files() throws -> [String] { try FileList.paths(operands, option: "FILE") }

  func validate() throws {
    let files = try files()
    guard !files.contains("-") else {
      throw ValidationError(
        "merge reads files twice, so it can't read standard input (-). Name a "
          + "file.")
    }
    try ReadingOptions.validate(window: maxWindow)
    try FileOutputOptions.refuseManifests(files)
  }

  func run() throws {
    let execution = Execution(
      isQuiet: quietness.quiet, isVerbose: quietness.verbose, progress: .never)
    try execution.run(json: reporting.json) { context in
      try output.checkTerminal()
      var settings = MergeSettings(inputs: try files())
      settings.limits.maximumWindow = maxWindow.value
      settings.output = output.destination
      settings.container = output.container
      settings.replacesOutputs = output.force
      settings.allowsRepeats = allowRepeats
      settings.spoolDirectory = FileName.environment("TMPDIR") ?? Defaults.spoolDirectory
      switch try Merge(settings, registry: context.registry).run() {
      case .model(let model):
        try context.report(model, resultIsOnStandardOutput: output.path == nil)
      case .candidates(let file):
        try context.report(
          CandidateSummary(file), resultIsOnStandardOutput: output.path == nil)
      }
    }
  }
}
