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

    The weights of the first 100 documents of a file, as JSON:
      dsel explain --target-model wiki.model --pool-model pool.model selected.jsonl --json |
        jq '.documents[] | {line, log_weight, up: [.up[].ngram]}'

    The n-grams that are typical of the target:
      dsel explain --target-model wiki.model --pool-model pool.model --target wiki.jsonl
    """

  @OptionGroup var source: WeighedDocumentOptions

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
    name: .customLong("line"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      """
      Explain only this line of the file. Lines count from 1. With --manifest, can be repeated, \
      and needs the file if the pool has several: crawl.jsonl:12.
      """,
      valueName: "n|file:n"),
    transform: LineName.init(parsing:))
  var lines: [LineName] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of n-grams to show in each direction. (default: 20; 5 with --manifest)",
      valueName: "n"),
    transform: Count.init(parsing:))
  var top: Count?

  /// The documents to explain.
  ///
  /// They are the pool's if models come from files, or if a line is named and no operand.
  ///
  /// - Throws: `ValidationError`
  private func documents() throws -> [String] {
    let operands = try FileList.paths(operands, option: "DOC")
    if source.models.areFiles { return operands + (try source.models.pool()) }
    return operands.isEmpty && !lines.isEmpty ? try source.models.pool() : operands
  }

  func validate() throws {
    guard source.idField == nil || !ids.isEmpty || manifest != nil else {
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
    try source.refuseManifestOptions()
    try validateModels()
  }

  var manifest: String? { source.manifest }

  /// The number of n-grams shown each way.
  var shownCount: Int { top?.value ?? (manifest == nil ? 20 : 5) }

  private func validateModels() throws {
    try source.models.check(verb: "explain")
    let (documents, targets) = (try documents(), try source.models.targets())
    if documents.isEmpty {
      guard !targets.isEmpty else {
        throw ValidationError(
          "Documents are missing: a model has counts of hashes, but no n-grams to show. Name "
            + "documents to explain, or the target's documents with --target.")
      }
      guard source.features.estimator.components.needCounts else {
        throw ValidationError(
          "--estimator logistic weighs single tokens, and models don't separate these from longer "
            + "n-grams. Name documents to explain, or use another estimator.")
      }
    } else if source.models.areFiles, !targets.isEmpty {
      throw ValidationError(
        "--target explains the target, but there are also documents to explain. Leave one of the "
          + "two out."
      )
    }
    try source.validateModels(documents)
    try validateLine(documents)
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
    try source.execution.run(json: source.result.json) { context in
      if let manifest { return try explainSelection(manifest, context) }
      let explanation = try Explain(
        try settings(context.finder(source.reading)), progress: context.progress.meter
      )
      .run()
      try context.print(explanation, source.result)
    }
  }

  private func settings(_ finder: FileFinder) throws -> ExplainSettings {
    let targets = try finder.files(source.models.targets())
    let documents = try finder.files(documents())
    try validateLine(documents)
    // The documents may be the pool's, whose files are found already.
    let isPool = try operands.isEmpty && !self.documents().isEmpty
    let pool = isPool ? documents : try finder.files(source.models.pool())
    var settings = source.settings(targets: targets, pool: pool, documents: documents)
    settings.line = lines.first?.number.value
    settings.top = shownCount
    settings.ids = ids
    return settings
  }
}
