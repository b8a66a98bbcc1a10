import ArgumentParser
import Files
import Pipeline
import Reading
import Weighting

extension WeightFormat: ExpressibleByArgument {}

/// `dsel weigh`: the log importance weight of every document.
struct WeighCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "weigh",
    abstract: "Compute the log importance weight of every document in a pool.",
    discussion: """
      Needs models of the target and of the whole pool, from 'dsel fit'. Writes one line of JSON \
      per document, in pool order, for 'dsel resample' to draw from. With --candidates, writes \
      only the documents that a draw from the whole pool may need.
      """)

  static let examples = """
    Weights of a pool, for any number of draws:
      dsel weigh --target-model wiki.model --pool-model pool.model crawl.jsonl.zst -o weights.jsonl.zst
      dsel resample --weights weights.jsonl.zst --pool crawl.jsonl.zst --count 10k -o selected.jsonl

    One shard per machine: its candidates for a draw of 1 million from the whole pool:
      dsel weigh --target-model wiki.model --pool-model pool.model shards/0001.jsonl.zst \\
        --candidates 1M -o candidates/0001.jsonl.zst

    The same in two rounds, of which the first writes small files:
      dsel weigh --target-model wiki.model --pool-model pool.model shards/0001.jsonl.zst \\
        --candidates 1M --keys-only -o keys/0001.jsonl.zst
      dsel merge keys/*.jsonl.zst -o keys.jsonl.zst
      dsel weigh --target-model wiki.model --candidates-from keys.jsonl.zst \\
        shards/0001.jsonl.zst -o candidates/0001.jsonl.zst

    Weights for two targets, as attributes next to the documents of a Dolma dataset:
      dsel weigh --target-model wiki=wiki.model --target-model law=law.model --pool-model pool.model \\
        --format dolma cc/documents/*.jsonl.gz
    """

  @OptionGroup var poolFiles: PoolOptions

  @Option(
    help: ArgumentHelp(
      """
      Model of the target, from 'dsel fit'. If there are several targets, name them: \
      wiki=a.model,law=b.model.
      """,
      valueName: "[name=]file"),
    completion: .file())
  var targetModel: [String] = []

  @Option(
    help: ArgumentHelp("Model of the whole pool, with all its shards.", valueName: "file"),
    completion: .file())
  var poolModel: String?

  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Input") var rejecting: RejectOptions

  @Option(
    help: ArgumentHelp(
      "Field with the id. (default: file and line; id with --format dolma)",
      valueName: "path"))
  var idField: String?

  @OptionGroup(title: "Weights") var compatibility: CompatibilityOptions
  @OptionGroup(title: "Weights") var estimating: EstimatorOptions

  @Option(
    help: """
      Divide each document's sum of log-ratios by its number of n-grams (length), by the square \
      root of that number (sqrt), or by nothing (none). (default: sqrt; none with --estimator \
      ratio)
      """)
  var normalize: Normalization?

  @OptionGroup(title: "Weights") var adding: AddOptions

  @OptionGroup(title: "Candidates") var candidates: CandidateOptions
  @OptionGroup(title: "Exclusion (with --candidates)") var exclusion: ExcludeOptions
  @OptionGroup(title: "Exclusion (with --candidates)") var nearDuplicates: NearDuplicateOptions

  @Option(help: "jsonl: one line per document. dolma: attributes/dsel/… next to documents/….")
  var format = WeightFormat.jsonl

  @OptionGroup(title: "Output") var output: FileOutputOptions

  @Option(
    help: ArgumentHelp(
      """
      Directory that keeps the weights or candidates of each file, instead of --output. Results \
      of unchanged files with the same settings are used again.
      """,
      valueName: "dir"),
    completion: .directory)
  var workDir: String?

  @Option(
    help: ArgumentHelp(
      "File for the record of the run. (default: OUTPUT.manifest.json)", valueName: "file"),
    completion: .file())
  var manifest: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Print the weights of each n lines as soon as they are read, for a program that sends \
      documents through a pipe and waits for their weights.
      """, valueName: "n"), transform: Count.init(parsing:))
  var flushDocuments: Count?

  @OptionGroup(title: "Run") var execution: RunOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  func validate() throws {
    guard !targetModel.isEmpty else {
      throw ValidationError(
        "--target-model is missing. Name the model of the target, from 'dsel fit'."
      )
    }
    _ = try targets()
    try poolFiles.validate(to: "weigh", [])
    let pool = try poolFiles.namedFiles()
    if let keys = candidates.candidatesFrom {
      if let option = exclusion.given {
        throw ValidationError(
          "\(option) can't be used with --candidates-from: what is excluded is in that file. Leave "
            + "\(option) out.")
      }
      return try validateCompletion(keys, pool)
    }
    guard poolModel != nil else {
      throw ValidationError(
        "--pool-model is missing. Name the model of the whole pool, from 'dsel fit'.")
    }
    try ReadingOptions.validateFiles(pool + exclusion.paths())
    if let option = exclusion.given, candidates.candidates == nil {
      throw ValidationError(
        "\(option) needs --candidates: all documents get weights, and only draws exclude some.")
    }
    guard nearDuplicates.nearDuplicates == nil || candidates.candidates != nil else {
      throw ValidationError(
        "--near-duplicates needs --candidates: all documents get weights, and only draws leave some "
          + "out.")
    }
    try adding.validate(compatibility.compat)
    if let idField { try ReadingOptions.validateField(idField, option: "--id-field") }
    try rejecting.validate(with: reading)
    try reading.validateJoint(exclusion.excludeTextField)
    try estimating.validate(with: compatibility.compat)
    let estimator = estimating.kind(compatibility.compat)
    guard normalize == nil || estimator.components.use(.normalization) else {
      throw ValidationError(
        "--estimator \(estimator.rawValue) has no log-ratios to normalize. Leave --normalize out.")
    }
    try candidates.validate(estimator, compatibility.compat)
    guard candidates.candidates == nil || !reading.allowRepeats else {
      throw ValidationError(
        "--allow-repeats can't be used with --candidates: merged candidates have each file once.")
    }
    try WorkDirectoryRules.validate(
      workDir, files: poolFiles.paths(), rejects: rejecting.rejects)
    guard output.output == nil || (workDir == nil && format != .dolma) else {
      let other = workDir == nil ? "--format dolma" : "--work-dir"
      throw ValidationError("\(other) writes one file per input. Leave --output out.")
    }
    try validateFlushing()
    if format == .dolma {
      let isPiped = try poolFiles.paths().contains { $0 == "-" || PipeName($0) != nil }
      guard workDir == nil, candidates.candidates == nil, !isPiped else {
        throw ValidationError(
          "--format dolma writes next to the documents' files. It can't be used with --work-dir, "
            + "--candidates or standard input (-)."
        )
      }
    }
  }

  func targets() throws -> [NamedModel] { try NamedModel.targets(targetModel) }

  func run() throws {
    try execution.run(json: reporting.json) { context in
      try output.checkTerminal()
      if let keys = candidates.candidatesFrom { return try complete(keys, context) }
      let estimator = estimating.kind(compatibility.compat)
      if let option = candidates.impliedBy(estimator, compatibility.compat) {
        context.diagnostics.note(ObjectiveOptions.note(impliedBy: option))
      }
      let report = try Weigh(
        settings(context.finder(reading, isPart: true)), progress: context.progress.meter,
        registry: context.registry
      ).run()
      let isOneFile = workDir == nil && format != .dolma
      try context.report(
        report, resultIsOnStandardOutput: isOneFile && output.path == nil)
      var written = OutputSettings()
      written.output = output.path.map { .file(path: $0) } ?? .standardOutput
      written.rejects = rejecting.rejects
      context.warn(of: written)
    }
  }

  private func settings(_ finder: FileFinder) throws -> WeighSettings {
    let targets = try targets()
    let estimator = estimating.settings(compatibility.compat, normalize: normalize)
    var product = WeighSettings.Product.weights(targets: targets)
    if let candidates = candidates.settings(estimator.kind, compatibility.compat) {
      var candidates = candidates
      candidates.exclude = try exclusion.settings(reading, finder)
      candidates.nearDuplicates = nearDuplicates.nearDuplicates?.value
      product = .candidates(targets: targets, candidates)
    }
    var settings = WeighSettings(
      product, poolModel: poolModel ?? "", pool: try poolFiles.files(finder))
    settings.reading = reading.settings(execution)
    settings.estimator = estimator
    settings.additions = try adding.terms()
    settings.format = format
    settings.idField = idField
    settings.output = output.destination
    settings.container = output.container
    settings.replacesOutputs = output.force
    settings.flushedCount = flushDocuments?.value
    settings.rejects = rejecting.rejects
    settings.workDirectory = workDir
    settings.manifest = try manifest ?? output.path.flatMap(OutputName.manifest)
    settings.version = Dsel.version
    settings.command = Dsel.invocation
    return settings
  }
}
