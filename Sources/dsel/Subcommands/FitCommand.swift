import ArgumentParser
import Pipeline
import Reading

/// `dsel fit`: counts the n-grams of a target or a pool in a model file.
struct FitCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Count the n-grams of documents, and write them to a model file.",
    discussion: """
      A model file is JSON with exact counts: the models of shards add up to the model of the \
      whole pool. It also holds a sample of the documents, on which 'dsel weigh' trains its \
      regression. Fit target and pool with the same options. If you will weigh \
      with --estimator ratio, fit both with --buckets 10k, as 'dsel select' does.
      """)

  static let examples = """
    A target, once for all shards of a pool:
      dsel fit wiki.jsonl -o wiki.model

    A pool, with one shard per machine, and the sum of all shards:
      dsel fit shards/0001.jsonl.zst -o models/0001.model.zst
      dsel merge models/*.model.zst -o pool.model.zst

    Many shards, in a run that can be interrupted and continued:
      dsel fit shards/*.jsonl.zst --work-dir fit.work -o pool.model.zst
    """

  @Argument(
    help: ArgumentHelp(
      """
      Files with documents: JSON lines, plain, .zst or .gz. Directories stand for the files in \
      them. Use - for standard input.
      """, valueName: "file"),
    completion: .file())
  var operands: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      The same files, as an option: all words up to the next option. Commas separate files too.
      """, valueName: "file"),
    completion: .file())
  var pool: [String] = []

  @OptionGroup var lists: FileListOptions

  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Input") var rejecting: RejectOptions
  @OptionGroup(title: "Model") var compatibility: CompatibilityOptions
  @OptionGroup(title: "Model") var counting: CountingOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Documents with fewer tokens than this are counted, but can't be selected. Use the same \
      number for target, pool and draw. (default: 100)
      """,
      valueName: "n"), transform: Count.init(parsing:))
  var minTokens = Count(Defaults.minimumTokenCount)

  @OptionGroup(title: "Model") var sampling: FitSampleOptions

  @Flag(
    help:
      "Keep no sample of the documents. The estimators blend (the default) and logistic need one.")
  var noSample = false

  @Flag(
    help: """
      Keep the hashes of the documents' texts, 8 bytes each, in the model of a target: \
      'dsel weigh --exclude-target' needs them.
      """)
  var keepTexts = false

  @Option(
    help: ArgumentHelp(
      """
      Keep a sample of the numbers in this field, in the model of a pool: 'dsel weigh --add' needs \
      it. Several fields are separated by commas. A line without such a number is invalid.
      """, valueName: "path,…"))
  var keepField: [String] = []

  @OptionGroup(title: "Output") var output: FileOutputOptions

  @Option(
    help: ArgumentHelp(
      """
      Directory that keeps the model of each file. Models of unchanged files with the same \
      settings are used again.
      """,
      valueName: "dir"),
    completion: .directory)
  var workDir: String?

  @OptionGroup(title: "Run") var execution: RunOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  /// Operands come first.
  private func files() throws -> [String] {
    try FileList.paths(operands + pool, option: "--pool")
  }

  func validate() throws {
    let files = try files() + lists.filesFrom
    guard !files.isEmpty else {
      throw ValidationError("Documents are missing. Name their files, or - for standard input.")
    }
    try ReadingOptions.validateFiles(files)
    try rejecting.validate(with: reading)
    try reading.validateJoint()
    try counting.validate(with: compatibility.compat)
    _ = try keptFields()
    try WorkDirectoryRules.validate(
      workDir, files: self.files(), rejects: rejecting.rejects)
  }

  /// - Throws: `ValidationError`
  private func keptFields() throws -> [String] {
    let fields = keepField.flatMap(FieldPath.list)
    guard fields.isEmpty || compatibility.compat == nil else {
      throw ValidationError(
        "--keep-field can't be used with --compat, whose weights nothing is added to.")
    }
    try AddOptions.validate(fields, option: "--keep-field")
    return fields
  }

  func run() throws {
    try execution.run(json: reporting.json) { context in
      try output.checkTerminal()
      var settings = FitSettings(
        inputs: try context.finder(reading, isPart: true).files(files(), lists))
      settings.reading = reading.settings(execution)
      settings.features = counting.settings(compatibility.compat)
      if compatibility.compat != nil, counting.buckets == nil {
        settings.features.bucketCount = 10_000
      }
      settings.minimumTokenCount = minTokens.value
      settings.keepsSample = !noSample && compatibility.compat == nil
      settings.keepsTexts = keepTexts
      settings.fittedShare = sampling.share
      settings.keptFields = try keptFields()
      settings.output = output.destination
      settings.container = output.container
      settings.replacesOutputs = output.force
      settings.rejects = rejecting.rejects
      settings.workDirectory = workDir
      settings.version = Dsel.version
      settings.command = Dsel.invocation
      let report = try Fit(
        settings, progress: context.progress.meter, registry: context.registry
      ).run()
      try context.report(report, resultIsOnStandardOutput: output.path == nil)
    }
  }
}
