import ArgumentParser
import Files
import Pipeline
import Reporting

/// `dsel show`: prints documents by weight.
struct ShowCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show documents by weight, and what speaks for them.",
    discussion: """
      With --manifest, shows selected documents, and those at the cut. The selection is made again \
      for that, so it takes about as long as the selection took. Nothing is written.

      Otherwise, shows documents of the pool, or of other files. Models come from 'dsel fit', or \
      are fitted to --target and --pool first.

      Each document has its place, log weight, n-grams with the largest contributions, and the part \
      of its text that has most of them, where they are marked. A terminal shows it page by page: \
      by the command in PAGER, or else by less.
      """)

  static let examples = """
    The ten best documents of a selection:
      dsel show --manifest selected.jsonl.manifest.json

    Is the size right? Five documents above the cut, and five below it:
      dsel show --manifest selected.jsonl.manifest.json --at-cut 5

    Random documents of a selection, with their domains:
      dsel show --manifest selected.jsonl.manifest.json --random 20 --domain-field domain

    The documents of a pool that are most like the target, without a selection:
      dsel show --target wiki.jsonl --pool crawl.jsonl.zst --top 20

    The same by model files, as JSON:
      dsel show --target-model wiki.model --pool-model pool.model crawl.jsonl.zst --json |
        jq '.documents[] | {file, line, log_weight}'
    """

  @OptionGroup var source: WeighedDocumentOptions

  @Argument(
    help: ArgumentHelp(
      """
      Files with the documents to show: JSON lines, plain, .zst or .gz. Use - for standard input. \
      (default: the files of --pool)
      """,
      valueName: "doc"),
    completion: .file())
  var operands: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Show this many documents with the largest log weights. (default: 10, or 0 with --at-cut or --random)",
      valueName: "n"), transform: Count.init(parsing:))
  var top: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --manifest: show this many documents with the smallest keys that were drawn, and this \
      many with the largest keys that weren't.
      """, valueName: "n"), transform: Count.init(parsing:))
  var atCut: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Show this many random documents.", valueName: "n"),
    transform: Count.init(parsing:))
  var random: Count?

  @Option(
    parsing: .unconditional, help: "With --random: seed of the choice. (default: 0)",
    transform: Seed.init(parsing:))
  var seed: Seed?

  @Option(
    help: ArgumentHelp("Show the value of this field with each document.", valueName: "path"))
  var domainField: String?

  func validate() throws {
    if let domainField {
      try ReadingOptions.validateField(domainField, option: "--domain-field")
    }
    let counts = [("--top", top), ("--at-cut", atCut), ("--random", random)]
    for (name, count) in counts {
      guard (0...ShowSettings.limit).contains(count?.value ?? 0) else {
        throw ValidationError("\(name) must be from 0 to \(ShowSettings.limit).")
      }
    }
    guard shownTop + (atCut?.value ?? 0) + (random?.value ?? 0) > 0 else {
      throw ValidationError("Nothing is shown. Leave --top 0 out, or give --at-cut or --random.")
    }
    try validateSource()
  }

  private func validateSource() throws {
    guard seed == nil || random != nil else { throw ValidationError("--seed needs --random.") }
    guard source.manifest == nil else { return }
    try source.refuseManifestOptions()
    guard atCut == nil else {
      throw ValidationError("--at-cut needs the --manifest of a selection: a pool has no cut.")
    }
    let models = source.models
    try models.check(verb: "show")
    guard !models.areFiles || models.targetFiles.isEmpty else {
      throw ValidationError(
        "--target and --target-model both name the target. Leave one of them out.")
    }
    let documents = try documents()
    guard !documents.isEmpty else {
      throw ValidationError("Documents are missing. Name files with documents to show.")
    }
    // A pool that is fitted is kept, and read again, even if it is standard input.
    let isPool = operands.isEmpty && !models.areFiles
    try source.validateModels(isPool ? [] : documents)
  }

  /// Says which files are shown beside those that are fitted: a pattern that a shell expands after
  /// --pool gives it the first file only.
  private func noteOperands(_ context: CommandContext) {
    let models = source.models
    guard source.manifest == nil, !models.areFiles, let pool = models.poolFiles.first,
      models.poolFiles.count == 1, let first = operands.first
    else { return }
    let others = operands.count - 1
    let shown =
      others == 0 ? "\(first) is" : "\(first) and \(Format.count(others, "other file")) are"
    context.diagnostics.note(
      "the pool's model is fitted to \(pool) alone, and \(shown) shown. For a pool of several files, "
        + "name their directory, or repeat --pool.")
  }

  private func documents() throws -> [String] {
    let operands = try FileList.paths(operands, option: "DOC")
    return operands.isEmpty ? try source.models.pool() : operands
  }

  private var shownTop: Int {
    top?.value ?? (atCut == nil && random == nil ? ShowSettings.defaultTop : 0)
  }

  func run() throws {
    var pages: [UInt8] = []
    var pager: String?
    try source.execution.run(json: source.result.json) { context in
      noteOperands(context)
      let shown = try Show(
        try settings(context), progress: context.progress.meter, registry: context.registry
      ).run()
      guard !source.result.json else { return try context.print(shown, source.result) }
      context.progress.finish()
      context.diagnostics.warn(shown.warnings)
      pages = shown.text(width: Self.width, hasColors: Label.hasColors(File.standardOutput()))
      pager = File.standardOutput().isTerminal ? Pager.command : nil
      if pager == nil { try context.write(pages) }
    }
    // The terminal's signals belong to the pager from here on.
    guard let pager else { return }
    let end = Pager.show(pages, by: pager)
    let name = FileName.environment("PAGER")
    try Execution(progress: .never).run(json: false) { context in
      if end == .notFound { try context.write(pages) }
      guard end != .shown, let name else { return }
      context.diagnostics.warn([
        end == .notFound
          ? "there is no program '\(name)', which PAGER names."
          : "the program '\(name)', which PAGER names, failed. PAGER=cat shows all at once."
      ])
    }
  }

  /// The width of the terminal, or as many columns as most have.
  private static var width: Int {
    let named = FileName.environment("COLUMNS").flatMap { Int($0) }
    return max(20, File.outputColumnCount ?? named.flatMap { $0 > 0 ? $0 : nil } ?? 80)
  }

  private func settings(_ context: CommandContext) throws -> ShowSettings {
    var settings: ShowSettings
    if let manifest = source.manifest {
      settings = ShowSettings(
        .selection(
          try source.repeated(
            manifest, to: "show", own: ["--at-cut", "--random", "--seed", "--domain-field"],
            of: ShowCommand.self, context)))
    } else {
      settings = ShowSettings(.pool(try explaining(context.finder(source.reading))))
    }
    settings.top = shownTop
    settings.atCut = atCut?.value ?? 0
    settings.random = random?.value ?? 0
    settings.seed = seed?.value ?? 0
    settings.idField = source.idField ?? WeighedDocumentOptions.defaultIDField
    settings.domainField = domainField
    settings.version = Dsel.version
    return settings
  }

  private func explaining(_ finder: FileFinder) throws -> ExplainSettings {
    let pool = try finder.files(source.models.pool())
    var documents = try finder.files(FileList.paths(operands, option: "DOC"))
    // Documents of a pool that is fitted are read as the pool.
    if documents.isEmpty, source.models.areFiles { documents = pool }
    return source.settings(
      targets: try finder.files(source.models.targets()), pool: pool, documents: documents)
  }
}
