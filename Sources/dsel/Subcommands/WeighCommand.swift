import ArgumentParser
import Files
import Pipeline
import Weighting

extension WeightFormat: ExpressibleByArgument {}

/// `dsel weigh`: the log importance weight of every document.
struct WeighCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "weigh",
    abstract: "Give every document of a pool its log importance weight.",
    discussion: """
      Takes models that 'dsel fit' wrote. Writes a line of JSON for each document, in pool order, from which \
      'dsel resample' draws; or, with --candidates, only those that a draw from the whole pool may need.
      """)

  static let examples = """
    Weights of a pool, to draw from as often as you like:
      dsel weigh --target-model wiki.model --pool-model pool.model crawl.jsonl.zst -o weights.jsonl.zst
      dsel resample --weights weights.jsonl.zst --pool crawl.jsonl.zst --count 10k -o selected.jsonl

    A shard a machine: what it has for a draw of 1 million out of the whole pool:
      dsel weigh --target-model wiki.model --pool-model pool.model shards/0001.jsonl.zst \\
        --candidates 1M -o candidates/0001.jsonl.zst

    Weights for two targets, as attributes beside the documents of a Dolma data set:
      dsel weigh --target-model wiki=wiki.model --target-model law=law.model --pool-model pool.model \\
        --format dolma cc/documents/*.jsonl.gz
    """

  @OptionGroup var poolFiles: PoolOptions

  @Option(
    help: ArgumentHelp(
      "The model of what the selection should resemble; of several targets, with names: wiki=a.model,law=b.model.",
      valueName: "[name=]file"),
    completion: .file())
  var targetModel: [String] = []

  @Option(
    help: ArgumentHelp("The model of the whole pool, of all its shards.", valueName: "file"),
    completion: .file())
  var poolModel: String

  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Input") var rejecting: RejectOptions

  @Option(
    help: ArgumentHelp(
      "Where a document's id is. (default: its file and line; id with --format dolma)",
      valueName: "path"))
  var idField: String?

  @OptionGroup(title: "Weights") var compatibility: CompatibilityOptions
  @OptionGroup(title: "Weights") var estimating: EstimatorOptions

  @Option(
    help: """
      Divide the sums of log-ratios by the number of features (length), by its root (sqrt), or not. \
      (default: sqrt; none with --estimator ratio)
      """)
  var normalize: Normalization?

  @OptionGroup(title: "Candidates") var candidates: CandidateOptions

  @Option(help: "jsonl: a line a document; dolma: attributes/dsel/… beside documents/….")
  var format = WeightFormat.jsonl

  @OptionGroup(title: "Output") var output: FileOutputOptions

  @Option(
    help: ArgumentHelp(
      "Keep each file's weights or candidates here, instead of --output. What is here, of the same input and settings, isn't made again.",
      valueName: "directory"),
    completion: .directory)
  var workDir: String?

  @Option(
    help: ArgumentHelp(
      "Write the record of the run here. (default: OUTPUT.manifest.json)", valueName: "file"),
    completion: .file())
  var manifest: String?

  @OptionGroup(title: "Run") var execution: RunOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  func validate() throws {
    guard !targetModel.isEmpty else {
      throw ValidationError(
        "--target-model is missing. Name what 'dsel fit' made of what the selection should resemble."
      )
    }
    let targets = try targets()
    try poolFiles.validate(to: "weigh", [])
    let pool = try poolFiles.paths()
    try ReadingOptions.validateFiles(pool)
    if let idField { try ReadingOptions.validateField(idField, option: "--id-field") }
    try rejecting.validate(with: reading)
    try estimating.validate(with: compatibility.compat)
    let estimator = estimating.kind(compatibility.compat)
    guard normalize == nil || estimator.usesLogRatios else {
      throw ValidationError(
        "--estimator \(estimator.rawValue) weighs vectors of unit length. Leave --normalize out.")
    }
    try candidates.validate(estimator, targetCount: targets.count)
    guard candidates.candidates == nil || !reading.allowRepeats else {
      throw ValidationError(
        "--allow-repeats doesn't go with --candidates: merged candidates have each file once.")
    }
    try WorkDirectoryRules.validate(workDir, files: pool, rejects: rejecting.rejects)
    guard output.output == nil || (workDir == nil && format != .dolma) else {
      let other = workDir == nil ? "--format dolma" : "--work-dir"
      throw ValidationError("\(other) writes a file an input. Leave --output out.")
    }
    if format == .dolma {
      guard workDir == nil, candidates.candidates == nil, !pool.contains("-") else {
        throw ValidationError(
          "--format dolma writes beside the documents' files: no --work-dir, no --candidates, no standard input (-)."
        )
      }
    }
    try reporting.validate(
      writesToStandardOutput: workDir == nil && format != .dolma && output.path == nil)
  }

  private func targets() throws -> [NamedModel] {
    let models = try FileList.named(targetModel, option: "--target-model")
      .map { NamedModel(name: $0.name, path: $0.path) }
    guard models.count > 1 else { return models }
    let names = models.compactMap(\.name)
    guard names.count == models.count, Set(names).count == names.count else {
      throw ValidationError(
        "Several target models need a name each, such as --target-model wiki=wiki.model.")
    }
    return models
  }

  func run() throws {
    try execution.run { context in
      try output.checkTerminal()
      let report = try Weigh(
        settings(), progress: context.progress.meter, registry: context.registry
      ).run()
      try context.report(report, reporting) { report in
        Summary.warnings(report.inputs, role: "pool").map { "warning: \($0)" }
          + (execution.quiet ? [] : [Summary.weights(report)])
      }
    }
  }

  private func settings() throws -> WeighSettings {
    var settings = WeighSettings(
      targetModels: try targets(), poolModel: poolModel, pool: try poolFiles.paths())
    settings.reading = reading.settings(execution)
    settings.estimator = estimating.settings(compatibility.compat, normalize: normalize)
    settings.format = format
    settings.idField = idField
    settings.output = output.destination
    settings.container = output.container
    settings.replacesOutputs = output.force
    settings.rejects = rejecting.rejects
    settings.workDirectory = workDir
    settings.candidates = candidates.settings(settings.estimator.kind)
    settings.manifest = try manifest ?? output.path.flatMap(OutputName.manifest)
    settings.version = Dsel.version
    return settings
  }
}

/// For which draw candidates are kept.
struct CandidateOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep only what a draw of up to this number of documents from the whole pool may need.",
      valueName: "n"), transform: Count.init(parsing:))
  var candidates: Count?

  @Option(
    parsing: .unconditional,
    help: "With --candidates: the seed of the draw's noise. (default: 0)",
    transform: Seed.init(parsing:))
  var seed: Seed?

  @Flag(name: .customLong("top-k"), help: "With --candidates: take the largest log weights.")
  var topK = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --candidates: divide log weights by this. (default: 1)", valueName: "t"),
    transform: Number.init(parsing:))
  var temperature: Number?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --candidates: the share of --estimator blend's draw that the regression draws alone. \
      (default: \(DrawSettings.defaultLogisticShare))
      """, valueName: "f"), transform: Share.init(parsing:))
  var logisticShare: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --candidates: never select documents of fewer tokens. (default: 100)", valueName: "n"),
    transform: Count.init(parsing:))
  var minTokens: Count?

  func validate(_ estimator: Estimator, targetCount: Int) throws {
    guard let candidates else {
      let given = [
        ("--seed", seed != nil), ("--top-k", topK), ("--temperature", temperature != nil),
        ("--logistic-share", logisticShare != nil), ("--min-tokens", minTokens != nil),
      ].first { $0.1 }
      if let given {
        throw ValidationError("\(given.0) needs --candidates: weights don't depend on the draw.")
      }
      return
    }
    guard candidates.value >= 1 else { throw ValidationError("--candidates must be at least 1.") }
    guard targetCount == 1 else {
      throw ValidationError("--candidates serves one target. Weigh for each apart.")
    }
    if let temperature { try RandomnessOptions.Temperature.validate(temperature.value) }
    if logisticShare != nil {
      guard estimator == .blend else {
        throw ValidationError("--logistic-share needs --estimator blend: others draw in one part.")
      }
    }
  }

  func settings(_ estimator: Estimator) -> WeighSettings.CandidateSettings? {
    guard let candidates else { return nil }
    var draw = DrawSettings()
    draw.seed = seed?.value ?? 0
    draw.addsNoise = !topK
    draw.temperature = .fixed(temperature?.value ?? 1)
    draw.minimumTokenCount = minTokens?.value ?? 100
    draw.logisticShare =
      estimator == .blend ? logisticShare?.value ?? DrawSettings.defaultLogisticShare : 0
    return WeighSettings.CandidateSettings(count: candidates.value, draw: draw)
  }
}
