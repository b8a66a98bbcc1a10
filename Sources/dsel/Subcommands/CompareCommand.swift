import ArgumentParser
import Pipeline
import Reporting

/// `dsel compare`: measures how close a selection is to its target.
struct CompareCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measure how close a selection is to its target.",
    discussion: """
      Prints the numbers of documents, tokens and bytes, the KL divergence of the target's n-grams \
      from the selection's, the share of the target's n-grams that the selection has, and lengths \
      of documents. With --pool, prints the same for the pool and for a random baseline: documents \
      drawn from the pool at random, with about as many tokens as the selection. With \
      --domain-field, counts documents by domain. With --heldout, trains two small language models \
      on the selection, on each selection of --beside, and on random baselines, and prints how \
      well they predict held-out text: bits per byte and perplexity, smaller is better.
      """)

  static let examples = """
    Is the selection closer to the target than a random one?
      dsel compare --target wiki.jsonl --selected selected.jsonl --pool crawl.jsonl.zst

    The sites that it comes from, as JSON:
      dsel compare --target wiki.jsonl --selected selected.jsonl.zst --pool crawl.jsonl.zst \\
        --domain-field metadata.site --json | jq '.domains.table[:10]'

    Which selection teaches a language model more about the target's text?
      dsel compare --target wiki.jsonl --selected selected.jsonl --beside other.jsonl \\
        --pool crawl.jsonl.zst --heldout wiki-heldout.jsonl

    Any two sets of documents:
      dsel compare --target wiki.jsonl --selected news/*.jsonl.gz
    """

  @OptionGroup(title: "Input") var files: Files
  @OptionGroup(title: "Input") var targetText: TargetTextOptions
  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "N-grams") var counting: CountingOptions
  @OptionGroup(title: "Held-out text") var heldout: HeldoutOptions
  @OptionGroup(title: "Output") var result: ResultOptions
  @OptionGroup(title: "Report") var page: PageOptions
  @OptionGroup(title: "Report") var replacing: ReplaceOptions
  @OptionGroup(title: "Run") var execution: RunOptions

  struct Files: ParsableArguments {
    @Option(
      name: .customLong("target"), parsing: .upToNextOption,
      help: ArgumentHelp("Files or directories with the target's documents.", valueName: "file"),
      completion: .file())
    var targets: [String] = []

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "Files or directories with the selected documents, plain, .zst or .gz.", valueName: "file"),
      completion: .file())
    var selected: [String] = []

    @Argument(
      help: ArgumentHelp(
        """
        Pool files or directories that the selection was made from. Use - for standard input.
        """,
        valueName: "pool"),
      completion: .file())
    var operands: [String] = []

    @Option(
      name: .customLong("pool"), parsing: .upToNextOption,
      help: ArgumentHelp(
        """
        Pool files, as an option: all words up to the next option. Commas separate files too.
        """, valueName: "file"),
      completion: .file())
    var namedPool: [String] = []

    @OptionGroup var lists: FileListOptions

    @Option(
      help: ArgumentHelp(
        "Count documents by the value of this field. Dots lead into objects.", valueName: "path"))
    var domainField: String?

    @Option(
      parsing: .unconditional, help: "Seed of random baselines and shuffles. (default: 0)",
      transform: Seed.init(parsing:))
    var seed = Seed(0)

    /// - Throws: `ValidationError`
    func settings() throws -> CompareSettings {
      CompareSettings(
        targets: try FileList.paths(targets, option: "--target"),
        selected: try FileList.paths(selected, option: "--selected"),
        pool: try FileList.paths(operands + namedPool, option: "--pool"))
    }

    /// The settings with the files that are read.
    ///
    /// - Throws: `ValidationError`, ``PipelineError``
    func settings(_ finder: FileFinder) throws -> CompareSettings {
      let named = try settings()
      return CompareSettings(
        targets: try finder.files(named.targets), selected: try finder.files(named.selected),
        pool: try finder.files(named.pool, lists))
    }

    func validate() throws {
      guard !targets.isEmpty else {
        throw ValidationError("--target is missing. Name the files of the target.")
      }
      guard !selected.isEmpty else {
        throw ValidationError("--selected is missing. Name the files with the selected documents.")
      }
      let settings = try settings()
      try ReadingOptions.validateFiles(
        settings.targets + settings.selected + settings.pool + lists.filesFrom)
      if let domainField {
        try ReadingOptions.validateField(domainField, option: "--domain-field")
      }
    }
  }

  /// All files are checked together: standard input can be named once only.
  func validate() throws {
    try reading.validateJoint(targetText.targetTextField)
    let settings = try files.settings()
    if !heldout.beside.isEmpty, let operand = files.operands.first {
      throw ValidationError(
        "\(operand) would be the pool. If it belongs to --beside, separate its files by commas, "
          + "without spaces, or write --beside again. If it is the pool, name it with --pool.")
    }
    guard let heldout = try heldout.settings() else { return }
    try ReadingOptions.validateFiles(
      settings.targets + settings.selected + settings.pool + files.lists.filesFrom + heldout.files
        + heldout.others.flatMap { $0 })
  }

  func run() throws {
    try execution.run(json: result.json) { context in
      var settings = try files.settings(context.finder(reading))
      settings.reading = reading.settings(execution)
      settings.targetTextField = targetText.field(reading)
      settings.features = counting.settings()
      settings.domainField = files.domainField
      settings.heldout = try heldout.settings(context.finder(reading))
      settings.seed = files.seed.value
      settings.version = Dsel.version
      settings.report = page.settings(domainField: files.domainField)
      settings.replaces = replacing.force
      settings.command = Dsel.invocation
      let comparison = try Compare(
        settings, progress: context.progress.meter, registry: context.registry,
        page: ReportPage.maker
      ).run()
      try context.print(comparison, result)
    }
  }
}
