import ArgumentParser
import Pipeline
import Weighting

/// `dsel explain`: shows the parts of a log weight.
struct ExplainCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why documents were selected or not, and which n-grams make up their weights.",
    discussion: """
      With --manifest, says of documents of the pool whether and why they were selected or not: \
      weight, rank, key and cut, or the reason why they could not be drawn. The selection is made \
      again for that, so it takes about as long as the selection took. Nothing is written.

      Otherwise, prints for each document the n-grams that raise and lower its log weight most, \
      with their contributions, their log-ratios, and their counts in the document and in both \
      models. Without documents, prints the n-grams that are most typical of the target. Models \
      come from 'dsel fit', or are fitted to --target and --pool first.
      """)

  static let examples = """
    Why was this document not selected?
      dsel explain --manifest selected.jsonl.manifest.json --id 2fd0a5f5a83b0110

    The same for some lines of the pool, as JSON:
      dsel explain --manifest selected.jsonl.manifest.json --line crawl.jsonl.zst:12 \
        --line crawl.jsonl.zst:1234 --json | jq '.documents[] | {line, reason}'

    The n-grams in this line:
      dsel explain --target-model wiki.model --pool-model pool.model crawl.jsonl.zst --line 1234

    The same without model files, with five n-grams in each direction:
      dsel explain --target wiki.jsonl --pool crawl.jsonl.zst --top 5 crawl.jsonl.zst --line 1234

    The weights of all selected documents, as JSON:
      dsel explain --target-model wiki.model --pool-model pool.model selected.jsonl --json |
        jq '.documents[] | {line, log_weight, up: [.up[].ngram]}'

    The n-grams that are typical of the target:
      dsel explain --target-model wiki.model --pool-model pool.model --target wiki.jsonl
    """

  @Option(
    help: ArgumentHelp(
      "Manifest of the selection to explain, which 'dsel select' wrote beside its output.",
      valueName: "manifest"),
    completion: .file())
  var manifest: String?

  @OptionGroup var repeating: ManifestOptions
  @OptionGroup(title: "Models") var models: Models
  @OptionGroup(title: "Weights") var features: FeatureOptions
  @OptionGroup(title: "Input") var targetText: TargetTextOptions
  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Output") var result: ResultOptions
  @OptionGroup(title: "Run") var execution: RunOptions

  @Argument(
    help: ArgumentHelp(
      """
      Files with the documents to explain, at most \(ExplainSettings.documentLimit) in all: JSON \
      lines, plain, .zst or .gz. Use - for standard input.
      """,
      valueName: "doc"),
    completion: .file())
  var operands: [String] = []

  @Option(
    name: .customLong("id"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Explain the documents with this value in --id-field. Can be repeated.", valueName: "id"))
  var ids: [String] = []

  @Option(
    help: ArgumentHelp(
      "Field with a document's name, a string or a number. (default: id)", valueName: "path"))
  var idField: String?

  @Option(
    name: .customLong("line"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Explain only this line of the file. Lines count from 1. With --manifest, can be repeated, \
      and needs the file if the pool has several: crawl.jsonl:12.
      """,
      valueName: "n|file:n"),
    transform: LineName.init(parsing:))
  var lines: [LineName] = []

  static let defaultIDField = "id"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of n-grams to show in each direction. (default: 20; 5 with --manifest)",
      valueName: "n"),
    transform: Count.init(parsing:))
  var top: Count?

  @Option(
    help: """
      Divide each document's sum of log-ratios by its number of n-grams (length), by the square \
      root of that number (sqrt), or by nothing (none). (default: sqrt; none with --estimator \
      ratio)
      """)
  var normalize: Normalization?

  struct Models: ParsableArguments {
    @Option(
      help: ArgumentHelp("Model of the target, from 'dsel fit'.", valueName: "model"),
      completion: .file())
    var targetModel: String?

    @Option(
      help: ArgumentHelp("Model of the pool, from 'dsel fit'.", valueName: "model"),
      completion: .file())
    var poolModel: String?

    @Option(
      name: .customLong("target"),
      help: ArgumentHelp(
        """
        File to fit the target's model to; may be repeated. With --target-model: file to take the \
        target's n-grams from.
        """,
        valueName: "file"),
      completion: .file())
    var targetFiles: [String] = []

    @Option(
      name: .customLong("pool"),
      help: ArgumentHelp(
        """
        File to fit the pool's model to; may be repeated. With --pool-model, or with --line and \
        no <doc>: file with documents to explain.
        """,
        valueName: "file"),
      completion: .file())
    var poolFiles: [String] = []

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        """
        If models are fitted: the --min-tokens of 'dsel select'. The regression learns from \
        shorter documents only where there are too few longer ones. (default: 100)
        """,
        valueName: "n"), transform: Count.init(parsing:))
    var minTokens = Count(Defaults.minimumTokenCount)

    var areFiles: Bool { targetModel != nil || poolModel != nil }

    /// - Throws: `ValidationError`
    func targets() throws -> [String] { try FileList.paths(targetFiles, option: "--target") }

    /// - Throws: `ValidationError`
    func pool() throws -> [String] { try FileList.paths(poolFiles, option: "--pool") }

    /// - Throws: `ValidationError`
    func check() throws {
      if areFiles {
        guard targetModel != nil, poolModel != nil else {
          let missing = targetModel == nil ? "--target-model" : "--pool-model"
          throw ValidationError("\(missing) is missing: a weight needs two models. Name both.")
        }
      } else {
        guard !targetFiles.isEmpty, !poolFiles.isEmpty else {
          throw ValidationError(
            "Models are missing. Name --target-model and --pool-model, or --target and --pool to "
              + "fit them. To explain a selection, name its --manifest."
          )
        }
      }
    }
  }

  /// The documents to explain.
  ///
  /// They are the pool's if models come from files, or if a line is named and no operand.
  ///
  /// - Throws: `ValidationError`
  private func documents() throws -> [String] {
    let operands = try FileList.paths(operands, option: "DOC")
    if models.areFiles { return operands + (try models.pool()) }
    return operands.isEmpty && !lines.isEmpty ? try models.pool() : operands
  }

  func validate() throws {
    if let idField { try ReadingOptions.validateField(idField, option: "--id-field") }
    guard idField == nil || !ids.isEmpty || manifest != nil else {
      throw ValidationError("--id-field needs --id.")
    }
    for line in lines where line.number.value < 1 {
      throw ValidationError("--line must be at least 1.")
    }
    guard (manifest == nil ? 1...10_000 : 0...10_000).contains(shownCount) else {
      throw ValidationError("--top must be from \(manifest == nil ? 1 : 0) to 10000.")
    }
    guard manifest == nil else {
      guard !ids.isEmpty || !lines.isEmpty else {
        throw ValidationError("Documents are missing. Name them with --id or --line.")
      }
      return
    }
    guard repeating.directory == nil, !repeating.runReaders else {
      let option = repeating.runReaders ? "--run-readers" : "--directory"
      throw ValidationError("\(option) needs --manifest.")
    }
    try validateModels()
  }

  /// The number of n-grams shown each way.
  var shownCount: Int { top?.value ?? (manifest == nil ? 20 : 5) }

  private func validateModels() throws {
    try models.check()
    let (documents, targets, pool) = (try documents(), try models.targets(), try models.pool())
    if documents.isEmpty {
      guard !targets.isEmpty else {
        throw ValidationError(
          "Documents are missing: a model has counts of hashes, but no n-grams to show. Name "
            + "documents to explain, or the target's documents with --target.")
      }
      guard features.estimator.components.needCounts else {
        throw ValidationError(
          "--estimator logistic weighs single tokens, and models don't separate these from longer "
            + "n-grams. Name documents to explain, or use another estimator.")
      }
    } else if models.areFiles, !targets.isEmpty {
      throw ValidationError(
        "--target explains the target, but there are also documents to explain. Leave one of the "
          + "two out."
      )
    }
    guard features.sampling.fitSample == nil else {
      throw ValidationError(
        "--fit-sample is an option of 'dsel select': explain fits the whole pool. Leave it out.")
    }
    guard targetText.targetTextField == nil || !targets.isEmpty else {
      throw ValidationError("--target-text-field needs --target.")
    }
    try reading.validateJoint(targetText.targetTextField)
    // A pool is read once if model files explain its documents.
    try ReadingOptions.validateFiles(documents + targets + (models.areFiles ? [] : pool))
    try validateLine(documents)
    if models.areFiles {
      let counting = features.counting
      let given = [
        ("--tokenizer", counting.tokenizer != nil), ("--ngrams", counting.ngrams != nil),
        ("--buckets", counting.buckets != nil),
      ].first { $0.1 }
      if let given {
        throw ValidationError("\(given.0) is fixed by the model files. Leave it out.")
      }
    }
    guard normalize == nil || features.estimator.components.use(.normalization) else {
      throw ValidationError(
        "--estimator \(features.estimator.rawValue) has no log-ratios to normalize. Leave "
          + "--normalize out."
      )
    }
  }

  /// - Throws: `ValidationError`
  private func validateLine(_ documents: [String]) throws {
    guard let line = lines.first else { return }
    guard lines.count == 1, ids.isEmpty else {
      throw ValidationError(
        "Without --manifest, one --line is explained. Name one, or documents with --id.")
    }
    guard line.file == nil else {
      throw ValidationError(
        "--line takes a number unless there is a --manifest. Name the file before it.")
    }
    guard documents.count == 1 else {
      throw ValidationError("--line needs exactly one file of documents.")
    }
  }

  func run() throws {
    try execution.run(json: result.json) { context in
      if let manifest { return try explainSelection(manifest, context) }
      let explanation = try Explain(
        try settings(context.finder(reading)), progress: context.progress.meter
      )
      .run()
      try context.print(explanation, result)
    }
  }

  private func settings(_ finder: FileFinder) throws -> ExplainSettings {
    let targets = try finder.files(models.targets())
    let documents = try finder.files(documents())
    try validateLine(documents)
    // The documents may be the pool's, whose files are found already.
    let isPool = try operands.isEmpty && !self.documents().isEmpty
    let pool = isPool ? documents : try finder.files(models.pool())
    var source = ExplainSettings.Models.fitted(targets: targets, pool: pool)
    if let target = models.targetModel, let pool = models.poolModel {
      source = .files(target: target, pool: pool)
    }
    var settings = ExplainSettings(source, documents: documents, texts: targets)
    settings.line = lines.first?.number.value
    settings.reading = reading.settings(execution)
    settings.targetTextField = targetText.field(reading)
    settings.features = features.settings
    settings.minimumTokenCount = models.minTokens.value
    settings.estimator = features.estimating.settings(features.compat, normalize: normalize)
    settings.top = shownCount
    settings.ids = ids
    settings.idField = idField ?? Self.defaultIDField
    settings.version = Dsel.version
    return settings
  }
}
