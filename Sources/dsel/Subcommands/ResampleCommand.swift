import ArgumentParser
import Files
import Pipeline
import Reading

/// `dsel resample`: draws by weights that are there already.
struct ResampleCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "resample",
    abstract: "Draw documents by weights from 'dsel weigh', or by a number in each line.",
    discussion: """
      Draws without replacement, as 'dsel select' does, but computes no weights. A number in a \
      line is used as a log weight, so it should be on a log scale, as a logit or a log \
      probability is. Files of weights and candidates refer to the pool's files and to positions \
      in them.
      """)

  static let examples = """
    Another size, seed or temperature, without weighing again:
      dsel resample --weights weights.jsonl.zst --pool crawl.jsonl.zst --count 10k --seed 7 -o seven.jsonl

    One shard's part of a draw from all shards:
      dsel resample --candidates all.candidates.jsonl.zst --pool shards/0001.jsonl.zst -o 0001.jsonl.zst

    By a quality rating in each line, as QuRating does, or by low loss:
      dsel resample --field metadata.quality --temperature 2 crawl.jsonl.zst --count 10k -o good.jsonl
      dsel resample --field loss --negate crawl.jsonl.zst --count 10k -o easy.jsonl

    By quality and by the weight that 'dsel select --annotate' added:
      dsel resample --field dsel.log_weight,quality=0.3 annotated.jsonl --count 10k -o both.jsonl

    Three epochs without a common document, each in random order:
      dsel resample --weights weights.jsonl.zst --pool crawl.jsonl.zst --count 10k --epochs 3 \\
        --without-repeats --shuffle -o epochs.jsonl.zst
    """

  @OptionGroup var pool: PoolOptions
  @OptionGroup(title: "Weights (one of)") var source: WeightSourceOptions
  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Input") var rejecting: RejectOptions
  @OptionGroup(title: "Size (one of)") var size: SizeOptions
  @OptionGroup(title: "Draw") var draw: ResampleDrawOptions
  @OptionGroup(title: "Mixture") var mixture: MixtureOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Run") var execution: RunOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  func validate() throws {
    try pool.validate(
      to: "draw from", [("--weights", source.weights), ("--candidates", source.candidates)])
    let sourcePaths = try source.paths()
    try ReadingOptions.validateFiles(try pool.paths() + sourcePaths)
    try FileOutputOptions.refuseManifests(sourcePaths)
    try output.validate(with: reading)
    try rejecting.validate(with: reading)
    try pool.refuseShares(of: "--mixture", mixture.mixture)
    try mixture.validate(size.size)
    try reporting.validate(writesToStandardOutput: output.isStandardOutput)
    let isByFields = source.weights.isEmpty && source.candidates.isEmpty
    guard isByFields || mixture.stratify == nil else {
      throw ValidationError(
        "--stratify needs --field: files of weights don't have the documents' other fields.")
    }
    guard !source.weights.isEmpty || draw.logisticShare == nil else {
      throw ValidationError("--logistic-share needs --weights, which have the regression's part.")
    }
    guard source.weights.isEmpty || output.remainder == nil else {
      throw ValidationError(
        "--remainder doesn't go with --weights, which don't say how many documents a file has.")
    }
    guard !source.allowMissing || !isByFields else {
      throw ValidationError("--allow-missing needs --weights or --candidates.")
    }
    if !source.candidates.isEmpty { try validateCandidates() }
    if draw.randomness.temperature == .auto, draw.randomness.effectiveSize == nil, size.isOpen {
      throw ValidationError(
        "--temperature auto needs --effective-size, or a size in documents (--count or --fraction)."
      )
    }
  }

  /// What was decided when candidates were kept can't be decided again.
  private func validateCandidates() throws {
    let given: [(String, Bool)] = [
      ("--seed", draw.seed != nil), ("--top-k", draw.randomness.topK),
      ("--temperature", draw.randomness.temperature != .number(1)),
      ("--min-tokens", draw.minTokens != nil),
      ("--duplicates", draw.duplicates == .keep), ("--epochs", draw.epochs.value > 1),
      ("--replay", mixture.replay != nil), ("--allow-repeats", reading.allowRepeats),
    ]
    if let option = given.first(where: { $0.1 })?.0 {
      throw ValidationError(
        "\(option) doesn't go with --candidates, which 'dsel weigh' kept for one draw. Take --weights."
      )
    }
    guard size.isCountOrNothing else {
      throw ValidationError(
        "Candidates are drawn by documents: give --count, or nothing for all that they serve.")
    }
  }

  func run() throws {
    try execution.run { context in
      try output.checkTerminal()
      let manifest = try Resample(
        settings(), progress: context.progress.meter, registry: context.registry
      ).run()
      try context.report(manifest, reporting) { manifest in
        Summary.warnings(manifest).map { "warning: \($0)" }
          + (execution.quiet ? [] : Summary.lines(manifest))
          + Summary.lastWarnings(manifest).map { "warning: \($0)" }
      }
    }
  }

  private func settings() throws -> ResampleSettings {
    let source = try source.source()
    var settings = ResampleSettings(source: source, pool: try pool.paths())
    settings.reading = reading.settings(execution)
    settings.size = size.given
    settings.draw = draw.settings(isByFields: source.isByFields)
    settings.asksForLogOdds = (draw.logisticShare?.value ?? 0) > 0
    settings.epochCount = draw.epochs.value
    settings.areEpochsDisjoint = draw.withoutRepeats
    settings.allowsMissing = self.source.allowMissing
    settings.replay = mixture.replay?.value ?? 0
    settings.stratify = try mixture.settings()
    settings.outputs = try output.settings(rejects: rejecting.rejects, seed: draw.seed?.value ?? 0)
    settings.annotates = output.annotate
    settings.version = Dsel.version
    return settings
  }
}

/// Where weights come from.
struct WeightSourceOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of weights, from 'dsel weigh'.", valueName: "file"),
    completion: .file())
  var weights: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --weights for several targets: name of the target to draw by.", valueName: "name"))
  var target: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Files of candidates, from 'dsel weigh --candidates'.", valueName: "file"),
    completion: .file())
  var candidates: [String] = []

  @Flag(
    help: """
      Draw even if a part of the pool is missing: documents that the pool's model counted \
      (--candidates), or weights for a pool file (--weights).
      """)
  var allowMissing = false

  @Option(
    help: ArgumentHelp(
      """
      Field with a number to use as log weight. Several fields are added up, each with its scale: \
      loss=-1,quality=0.3.
      """,
      valueName: "path[=scale],…"))
  var field: [String] = []

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "With --field: factors of the numbers, one per field, in order.",
      valueName: "x,…"))
  var fieldScale: [String] = []

  /// Sums of such scales, of however many fields, can't overflow.
  private static let largestScale = 1e300

  @Flag(help: "With --field: prefer small numbers, as for a loss.")
  var negate = false

  func validate() throws {
    let count = [!weights.isEmpty, !candidates.isEmpty, !field.isEmpty].count { $0 }
    guard count == 1 else {
      throw ValidationError(
        count == 0
          ? "What to draw by is missing: give --weights, --candidates or --field."
          : "Give only one of --weights, --candidates and --field.")
    }
    guard target == nil || !weights.isEmpty else {
      throw ValidationError("--target needs --weights.")
    }
    guard !field.isEmpty || (fieldScale.isEmpty && !negate) else {
      throw ValidationError("--field-scale and --negate need --field.")
    }
    _ = try fields()
  }

  /// The files of weights or candidates.
  ///
  /// - Throws: `ValidationError`
  func paths() throws -> [String] {
    try FileList.paths(weights, option: "--weights")
      + FileList.paths(candidates, option: "--candidates")
  }

  /// - Throws: `ValidationError`
  func source() throws -> ResampleSettings.Source {
    if !weights.isEmpty { return .weights(try paths(), target: target) }
    if !candidates.isEmpty { return .candidates(try paths()) }
    return .fields(try fields())
  }

  /// Fields with commas between them, each with its scale behind an equals sign, or with --field-scale.
  private func fields() throws -> [FieldWeight] {
    let scales = try fieldScale.flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    .map { try Self.scale($0, option: "--field-scale", of: String($0)) }
    let items = field.flatMap(FieldPath.list)
    guard scales.isEmpty || scales.count == items.count else {
      throw ValidationError(
        "There \(items.count == 1 ? "is 1 field" : "are \(items.count) fields") and \(scales.count) of "
          + "--field-scale. Give one for each, or none.")
    }
    return try items.enumerated().map { index, item in
      var (path, scale) = (item, scales.isEmpty ? 1 : scales[index])
      if let (named, text) = FieldPath.assignment(item) {
        guard scales.isEmpty else {
          throw ValidationError(
            "--field '\(item)' has a scale, and --field-scale gives one. Leave one of them out. An equals sign in a key is "
              + "written '\\='.")
        }
        (path, scale) = (named, try Self.scale(text, option: "--field", of: item))
      }
      try ReadingOptions.validateField(path, option: "--field")
      return FieldWeight(field: path, scale: negate ? -scale : scale)
    }
  }

  private static func scale(
    _ text: some StringProtocol, option: String, of argument: String
  ) throws -> Double {
    guard let scale = Number(argument: String(text))?.value else {
      let advice =
        option == "--field"
        ? "Write it like quality=0.3, and an equals sign in a key as '\\='."
        : "Write it like -1 or 0.3."
      throw ValidationError("\(option) '\(argument)': the scale '\(text)' is no number. \(advice)")
    }
    guard abs(scale) <= largestScale else {
      throw ValidationError(
        "\(option) '\(argument)': the scale is too large: from -1e300 to 1e300.")
    }
    return scale
  }
}

/// How is drawn, where weights are there already.
struct ResampleDrawOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: "Seed of the random draw. (default: 0)",
    transform: Seed.init(parsing:))
  var seed: Seed?

  @OptionGroup var randomness: RandomnessOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --weights from --estimator blend: share of the selection that the logistic regression \
      draws alone. \
      (default: \(DrawSettings.defaultLogisticShare))
      """, valueName: "f"), transform: Share.init(parsing:))
  var logisticShare: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Never select documents with fewer tokens than this. (default: 100; 0 with --field)
      """, valueName: "n"),
    transform: Count.init(parsing:))
  var minTokens: Count?

  @Option(help: "Exact duplicates: keep one (drop) or all (keep).")
  var duplicates = DrawOptions.Duplicates.drop

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Number of draws to write, one after another, with seeds derived from --seed. (default: 1)
      """,
      valueName: "n"), transform: Count.init(parsing:))
  var epochs = Count(1)

  @Flag(help: "With --epochs: draw no document in more than one epoch.")
  var withoutRepeats = false

  func validate() throws {
    guard (1...10_000).contains(epochs.value) else {
      throw ValidationError("--epochs must be from 1 to 10000.")
    }
    guard !randomness.topK || epochs.value == 1 || withoutRepeats else {
      throw ValidationError(
        "--top-k draws the same in each of the --epochs. Add --without-repeats, or leave it out.")
    }
    guard !withoutRepeats || epochs.value > 1 else {
      throw ValidationError("--without-repeats needs --epochs of more than 1.")
    }
  }

  func settings(isByFields: Bool) -> DrawSettings {
    var settings = DrawSettings()
    settings.seed = seed?.value ?? 0
    settings.addsNoise = !randomness.topK
    settings.temperature = randomness.setting
    settings.minimumTokenCount = minTokens?.value ?? (isByFields ? 0 : 100)
    settings.keepsDuplicates = duplicates == .keep
    settings.logisticShare =
      isByFields ? 0 : logisticShare?.value ?? DrawSettings.defaultLogisticShare
    return settings
  }
}

extension ResampleSettings.Source {
  var isByFields: Bool { if case .fields = self { true } else { false } }
}
