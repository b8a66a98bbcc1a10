import ArgumentParser
import Featurizing
import Files
import Pipeline
import Reporting

/// `dsel select`: runs all steps.
struct SelectCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Select the documents of a pool that look most like a target.",
    discussion: """
      Counts hashed n-grams in the target and in the pool, computes a log importance weight for \
      each pool document, draws candidates without replacement (Gumbel top-k), and chooses among \
      them the set that resembles the target best (--objective). Selected lines are written \
      unchanged, in pool order.
      """)

  static let examples = """
    A tenth of the pool, to standard output:
      dsel select --target wiki.jsonl --pool crawl.jsonl.zst > selected.jsonl

    10,000 documents from many shards, compressed, with a manifest next to them:
      dsel select --target wiki.jsonl --pool shards/*.jsonl.zst --count 10k -o selected.jsonl.zst

    5 million tokens from a pipe, in a draw that is random in practice:
      zcat crawl.gz | jq -c 'select(.lang == "en")' |
        dsel select --target wiki.jsonl --pool - --tokens 5M --temperature auto

    In random order, in shards of 100 MB, with the rest of the pool in rest/:
      dsel select --target wiki.jsonl --pool shards/*.jsonl.zst --shuffle --output-dir selected \\
        --shard-bytes 100M --remainder rest/

    Two targets, the first with 70 %, and 10 % of the selection drawn at random:
      dsel select --target wiki=wiki.jsonl law=law.jsonl --share wiki=0.7 --replay 0.1 \\
        --pool crawl.jsonl.zst --count 10k -o selected.jsonl

    The selection of the DSIR reference package, without noise:
      dsel select --compat dsir --top-k --target wiki.jsonl --pool crawl.jsonl --count 10k
    """

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Size (one of)") var size: SizeOptions
  @OptionGroup(title: "Size (one of)") var search: SizeSearchOptions
  @OptionGroup(title: "Objective") var objective: ObjectiveOptions
  @OptionGroup(title: "Objective") var set: SetOptions
  @OptionGroup(title: "Objective") var base: BaseOptions
  @OptionGroup(title: "Draw") var draw: DrawOptions
  @OptionGroup(title: "Draw") var adding: AddOptions
  @OptionGroup(title: "Mixture") var mixture: MixtureOptions
  @OptionGroup(title: "Exclusion") var exclusion: ExcludeOptions
  @OptionGroup(title: "Exclusion") var exclusionList: ExcludedOptions
  @OptionGroup(title: "Exclusion") var nearDuplicates: NearDuplicateOptions
  @OptionGroup(title: "Exclusion") var nearDuplicateList: NearDuplicateListOptions
  @OptionGroup(title: "Models") var features: FeatureOptions
  @OptionGroup(title: "Models") var sampling: FitSampleOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Report") var page: PageOptions
  @OptionGroup(title: "Report") var domain: DomainOptions
  @OptionGroup(title: "Run") var execution: RunOptions
  @OptionGroup(title: "Run") var reporting: ReportOptions

  func validate() throws {
    if let compat = features.compat { try draw.validate(compat) }
    try draw.validate(features.estimator)
    try adding.validate(features.compat)
    try objective.validate(rivals)
    try objective.validate(ofSet: set.given ?? base.given, rivals)
    try input.pool.refuseShares(of: "--mixture", mixture.mixture)
    try mixture.validate(size.size)
    guard try !mixture.isAuto || input.settings().count == 1 else {
      throw ValidationError(
        "--mixture auto finds the shares of one target. Select for each target by itself, or give "
          + "the shares.")
    }
    if let option = size.search?.option, size.tokensField != nil {
      throw ValidationError(
        "\(option) can't be used with --tokens-field: it tries sizes in dsel's own tokens. Leave one "
          + "of them out.")
    }
    guard size.tokensField == nil || base.base == nil else {
      throw ValidationError(
        "--tokens-field can't be used with --base, whose tokens are dsel's own. Leave one of them "
          + "out.")
    }
    try search.validate(
      size,
      with: [
        ("several targets", try input.settings().count > 1), ("--replay", mixture.replay != nil),
        ("--base", base.base != nil),
        ("--temperature auto", draw.randomness.temperature == .auto),
        ("--min-quantile", draw.quantile.minQuantile != nil),
      ])
    guard sampling.fitSample == nil || mixture.stratify == nil else {
      throw ValidationError(
        "--stratify counts all documents of the pool, so it needs all of them. "
          + "Leave --fit-sample out.")
    }
    try ReadingOptions.validateFiles(
      try input.settings().flatMap(\.paths) + input.pool.namedFiles() + exclusion.paths())
    try input.reading.validateJoint(
      input.targetText.targetTextField, exclusion.excludeTextField)
    guard exclusionList.excluded == nil || exclusion.given != nil else {
      throw ValidationError("--excluded needs --exclude or --exclude-target.")
    }
    guard nearDuplicates.nearDuplicates == nil || draw.duplicates == .drop else {
      throw ValidationError(
        "--near-duplicates leaves exact duplicates out, too. Leave it out, or --duplicates keep.")
    }
    guard
      nearDuplicateList.rejectedDuplicates == nil || nearDuplicates.nearDuplicates != nil
    else { throw ValidationError("--rejected-duplicates needs --near-duplicates.") }
    try output.validate(with: input.reading)
    try domain.validate(with: page)
  }

  private var decision: (objective: ObjectiveOptions.Objective, impliedBy: String?) {
    objective.decision(rivals)
  }

  /// The options that belong to a draw by weight.
  private var rivals: [ObjectiveOptions.Rival] {
    let randomness = draw.randomness
    return ObjectiveOptions.rivals(
      compat: features.compat, topK: randomness.topK,
      hasTemperature: randomness.temperature != .number(1), logisticShare: draw.logisticShare,
      features.estimator
    ) + [
      .init(option: "--duplicates keep", isGiven: draw.duplicates == .keep),
      .init(
        option: "--ngrams",
        isGiven: features.settings.maximumOrder != FeatureSettings().maximumOrder,
        isPossible: true),
    ]
  }

  func run() throws {
    try execution.run(json: reporting.json) { context in
      try output.checkTerminal()
      if let option = decision.impliedBy {
        context.diagnostics.note(ObjectiveOptions.note(impliedBy: option))
      }
      let settings = try settings(context.finder(input.reading))
      let manifest = try Select(
        settings, progress: context.progress.meter, registry: context.registry,
        page: ReportPage.maker
      ).run()
      try context.report(manifest, resultIsOnStandardOutput: output.isStandardOutput)
      context.warn(of: settings.outputs)
    }
  }

  func settings(_ finder: FileFinder) throws -> SelectSettings {
    var settings = SelectSettings(
      targets: try input.settings(finder), pool: try input.pool.files(finder))
    settings.reading = input.reading.settings(execution)
    settings.targetTextField = input.targetText.field(input.reading)
    settings.features = features.settings
    settings.size = size.size
    settings.tokensField = size.tokensField
    settings.sizeSearch = search.settings(size)
    settings.estimator = features.estimating.settings(features.compat, normalize: draw.normalize)
    settings.draw = draw.settings(features.estimator)
    settings.additions = try adding.terms()
    settings.objective = decision.objective == .set ? set.setting : nil
    settings.base = base.settings
    if settings.objective != nil { settings.draw.logisticShare = 0 }
    settings.stratify = try mixture.settings()
    settings.replay = mixture.replay?.value ?? 0
    settings.fittedShare = sampling.share
    settings.exclude = try exclusion.settings(input.reading, finder)
    settings.outputs = try output.settings(rejects: input.rejecting.rejects, seed: draw.seed.value)
    settings.nearDuplicates = nearDuplicates.nearDuplicates?.value
    settings.outputs.excluded = exclusionList.excluded
    settings.outputs.nearDuplicates = nearDuplicateList.rejectedDuplicates
    settings.report = page.settings(domainField: domain.domainField)
    settings.outputs.others = settings.report?.paths ?? []
    settings.annotates = output.annotates
    settings.statistics = try output.statistics()
    settings.version = Dsel.version
    settings.command = Dsel.invocation
    return settings
  }
}
