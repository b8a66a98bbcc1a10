import ArgumentParser
import Compression
import Files
import Pipeline
import Reading
import Reporting

/// `dsel resample`: draws by existing weights.
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

    The same in two steps: choose once, and copy each shard's part where it lies:
      dsel resample --candidates all.candidates.jsonl.zst --picks picks.jsonl.zst
      dsel resample --candidates picks.jsonl.zst --pool shards/0001.jsonl.zst -o 0001.jsonl.zst

    The same for many shards by one command, each with an output of its own:
      dsel resample --candidates picks.jsonl.zst --pool shards/*.jsonl.zst --output-dir selected --by-shard

    By a quality rating in each line, as QuRating does, or by low loss:
      dsel resample --field metadata.quality --temperature 2 crawl.jsonl.zst --count 10k -o good.jsonl
      dsel resample --field loss --negate crawl.jsonl.zst --count 10k -o easy.jsonl

    By the middle of the pool's perplexities, and by quality within it:
      dsel resample --field quality --between perplexity=20:400 crawl.jsonl.zst --count 10k -o middle.jsonl

    By the difference of two losses, the score of CoLoR-Filter:
      dsel resample --field loss_prior=1,loss_target=-1 crawl.jsonl.zst --count 10k -o best.jsonl

    Three epochs that share no document, each in random order:
      dsel resample --weights weights.jsonl.zst --pool crawl.jsonl.zst --count 10k --epochs 3 \\
        --without-repeats --shuffle -o epochs.jsonl.zst
    """

  @OptionGroup var pool: PoolOptions
  @OptionGroup(title: "Weights (one of)") var source: WeightSourceOptions
  @OptionGroup(title: "Input") var reading: ReadingOptions
  @OptionGroup(title: "Input") var rejecting: RejectOptions
  @OptionGroup(title: "Size (one of)") var size: SizeOptions
  @OptionGroup(title: "Set (with --candidates)") var set: SetOptions
  @OptionGroup(title: "Set (with --candidates)") var base: CandidateBaseOptions
  @OptionGroup(title: "Draw") var draw: ResampleDrawOptions
  @OptionGroup(title: "Exclusion (with --candidates)") var exclusionList: ExcludedOptions
  @OptionGroup(title: "Exclusion (with --candidates)")
  var nearDuplicateList: NearDuplicateListOptions
  @OptionGroup(title: "Mixture") var mixture: MixtureOptions
  @OptionGroup(title: "Mixture") var targets: ShareOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var shards: ByShardOptions
  @OptionGroup(title: "Report") var page: PageOptions
  @OptionGroup(title: "Report") var domain: DomainOptions
  @OptionGroup(title: "Run") var execution: RunOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  func validate() throws {
    if !source.candidates.isEmpty { try validateWeightsOfCandidates() }
    if !choosesOnly {
      try pool.validate(
        to: "draw from", [("--weights", source.weights), ("--candidates", source.candidates)])
    } else {
      try validatePicks()
    }
    if let option = set.given ?? base.base.given, source.candidates.isEmpty {
      throw ValidationError(
        "\(option) needs --candidates: sets are chosen among the candidates of 'dsel weigh'.")
    }
    guard exclusionList.excluded == nil || !source.candidates.isEmpty else {
      throw ValidationError(
        "--excluded needs --candidates from 'dsel weigh --exclude', which know what was excluded.")
    }
    guard nearDuplicateList.rejectedDuplicates == nil || !source.candidates.isEmpty else {
      throw ValidationError(
        "--rejected-duplicates needs --candidates from 'dsel weigh --near-duplicates'.")
    }
    let sourcePaths = try source.paths()
    try ReadingOptions.validateFiles(try pool.namedFiles() + sourcePaths)
    try FileOutputOptions.refuseManifests(sourcePaths)
    try output.validate(with: reading)
    try shards.validate(source, output)
    try domain.validate(with: page)
    guard !choosesOnly || page.settings() == nil else {
      throw ValidationError(
        "--report and --report-data need texts, which --picks with --candidates doesn't read. Leave "
          + "them out here, and give them where documents are copied.")
    }
    try rejecting.validate(with: reading)
    try reading.validateJoint()
    try pool.refuseShares(of: "--mixture", mixture.mixture)
    try mixture.validate(size.size)
    guard !mixture.isAuto else {
      throw ValidationError(
        "--mixture auto needs the target's documents, which 'dsel resample' doesn't read. Find the "
          + "shares with 'dsel select --mixture auto', which prints them, and give them.")
    }
    if let option = size.search?.option {
      throw ValidationError(
        "\(option) needs the target's documents, which 'dsel resample' doesn't read. Find the size "
          + "with 'dsel select \(option)', and give it as a number.")
    }
    let isByFields = source.weights.isEmpty && source.candidates.isEmpty
    guard size.tokensField == nil || isByFields else {
      throw ValidationError(
        source.weights.isEmpty
          ? "--tokens-field belongs to 'dsel weigh --candidates', which keeps the numbers of that field. "
            + "Leave it out here, and weigh with it."
          : "--tokens-field needs --field or candidates: files of weights have dsel's own numbers of "
            + "tokens. Use 'dsel select', or weigh with --candidates and --tokens-field.")
    }
    try draw.validateLengths(isByFields: isByFields)
    guard source.weights.isEmpty || mixture.stratify == nil else {
      throw ValidationError(
        "--stratify needs --field or --candidates: files of weights don't have the other fields of "
          + "the documents.")
    }
    guard !source.weights.isEmpty || draw.logisticShare == nil else {
      throw ValidationError(
        "--logistic-share needs --weights: only they have the weights of the "
          + "regression.")
    }
    guard source.weights.isEmpty || output.remainder == nil else {
      throw ValidationError(
        "--remainder can't be used with --weights, which don't have the number of documents per "
          + "file.")
    }
    guard !source.allowMissing || !isByFields else {
      throw ValidationError("--allow-missing needs --weights or --candidates.")
    }
    if !source.candidates.isEmpty { try validateCandidates() }
    guard targets.share.isEmpty || !source.candidates.isEmpty else {
      throw ValidationError(
        "--share needs --candidates for several targets. Draw by --weights once for each --target.")
    }
    try pool.refuseShares(of: "--share", targets.share)
    if draw.randomness.temperature == .auto, draw.randomness.effectiveSize == nil, size.isOpen {
      throw ValidationError(
        "--temperature auto needs --effective-size, or a size in documents (--count or --fraction)."
      )
    }
  }

  /// True if places of candidates are written down, without their pool.
  private var choosesOnly: Bool { output.picks != nil && !source.candidates.isEmpty }

  /// Refuses options that were fixed when candidates were kept.
  private func validateCandidates() throws {
    let given: [(String, Bool)] = [
      ("--seed", draw.seed != nil), ("--top-k", draw.randomness.topK),
      ("--temperature", draw.randomness.temperature != .number(1)),
      ("--min-tokens", draw.minTokens != nil), ("--max-tokens", draw.maxTokens != nil),
      ("--min-weight", draw.minWeight != nil),
      ("--duplicates", draw.duplicates == .keep), ("--epochs", draw.epochs.value > 1),
      ("--allow-repeats", reading.allowRepeats),
    ]
    guard draw.quantile.minQuantile == nil else {
      throw ValidationError(
        "--min-quantile can't be used with --candidates: no file has the weights of all documents. "
          + "Draw by --weights. Or find the weight of that quantile so (quantile_weights in the "
          + "manifest), and weigh again with --min-weight.")
    }
    if let option = given.first(where: { $0.1 })?.0 {
      throw ValidationError(
        "\(option) can't be used with --candidates, which 'dsel weigh' kept for one draw. Weigh "
          + "again for another, or draw by --weights."
      )
    }
    guard size.fraction == nil else {
      throw ValidationError(
        "Candidates need a size in the unit for which they were kept: give --count, --tokens or "
          + "--bytes, or no size for the largest draw.")
    }
  }

  /// Refuses what needs log weights, which candidates don't have.
  private func validateWeightsOfCandidates() throws {
    guard output.order != .weight else {
      throw ValidationError(
        "--order weight needs log weights, but candidates have keys, which noise is part of. Draw "
          + "by --weights, or leave --order weight out.")
    }
    guard output.annotateWith.isEmpty else {
      throw ValidationError(
        "--annotate-with needs the log weights of all documents, which candidates don't have. Draw "
          + "by --weights, or leave it out.")
    }
  }

  /// Refuses what has to do with the documents themselves, which aren't read.
  private func validatePicks() throws {
    let given: [(String, Bool)] = [
      ("--pool", try !pool.paths().isEmpty), ("--files-from", !pool.lists.filesFrom.isEmpty),
      ("--output", output.output != nil),
      ("--output-dir", output.outputDir != nil), ("--remainder", output.remainder != nil),
      ("--shuffle", output.shuffle), ("--order", output.order != nil),
      ("--annotate", output.annotate), ("--annotate-with", !output.annotateWith.isEmpty),
      ("--manifest", output.manifest != nil), ("--rejects", rejecting.rejects != nil),
      ("--excluded", exclusionList.excluded != nil),
      ("--rejected-duplicates", nearDuplicateList.rejectedDuplicates != nil),
    ]
    if let option = given.first(where: { $0.1 })?.0 {
      throw ValidationError(
        "\(option) can't be used with --picks, which writes places and no documents. Copy them "
          + "in a second step: dsel resample --candidates PICKS --pool SHARD.")
    }
  }

  func run() throws {
    try execution.run(json: reporting.json) { context in
      if choosesOnly, let picks = output.picks {
        let chosen = try Pick(
          pickSettings(picks), progress: context.progress.meter, registry: context.registry
        ).run()
        return try context.report(
          CandidateSummary(chosen), resultIsOnStandardOutput: OutputName.file(picks) == nil)
      }
      try output.checkTerminal()
      let settings = try settings(context.finder(reading, isPart: true))
      let manifest = try Resample(
        settings, progress: context.progress.meter, registry: context.registry,
        page: ReportPage.maker
      ).run()
      try context.report(manifest, resultIsOnStandardOutput: output.isStandardOutput)
      context.warn(of: settings.outputs)
    }
  }

  private func pickSettings(_ path: String) throws -> PickSettings {
    var settings = PickSettings(files: try source.paths())
    settings.size = size.given
    settings.stratify = try mixture.settings()
    settings.shares = try targets.shares()
    settings.replay = mixture.replay?.value ?? 0
    settings.purity = set.purity?.value
    settings.noise = set.noise?.value
    settings.base = try base.settings()
    settings.allowsMissing = source.allowMissing
    settings.reading = reading.settings(execution)
    settings.output = OutputName.file(path).map { .file(path: $0) } ?? .standardOutput
    settings.container =
      OutputOptions.container(output.compress) ?? Container(suffixOf: path)
    settings.replacesOutputs = output.force
    return settings
  }

  private func settings(_ finder: FileFinder) throws -> ResampleSettings {
    var outputs = try output.settings(rejects: rejecting.rejects, seed: draw.seed?.value ?? 0)
    outputs.excluded = exclusionList.excluded
    outputs.isByShard = shards.byShard
    outputs.nearDuplicates = nearDuplicateList.rejectedDuplicates
    let source = try source.source(size, remainder: outputs.remainder)
    var settings = ResampleSettings(source: source, pool: try pool.files(finder))
    settings.reading = reading.settings(execution)
    settings.draw = draw.settings(isByFields: source.isOfPool)
    settings.tokensField = size.tokensField
    settings.asksForLogOdds = (draw.logisticShare?.value ?? 0) > 0
    settings.epochCount = draw.epochs.value
    settings.areEpochsDisjoint = draw.withoutRepeats
    settings.allowsMissing = self.source.allowMissing
    settings.purity = set.purity?.value
    settings.noise = set.noise?.value
    settings.base = try base.settings()
    settings.replay = mixture.replay?.value ?? 0
    settings.windows = try self.source.windows()
    settings.stratify = try mixture.settings()
    settings.shares = try targets.shares()
    settings.outputs = outputs
    settings.report = page.settings(domainField: domain.domainField)
    settings.outputs.others = settings.report?.paths ?? []
    settings.annotates = output.annotates
    settings.statistics = try output.statistics()
    settings.version = Dsel.version
    settings.command = Dsel.invocation
    return settings
  }
}
