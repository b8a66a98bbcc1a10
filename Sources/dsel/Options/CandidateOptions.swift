import ArgumentParser
import Pipeline
import Weighting

extension CandidateUnit: ExpressibleByArgument {}

/// The draw for which candidates are kept.
struct CandidateOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Write only documents that a draw of up to this number from the whole pool could select.",
      valueName: "n"), transform: CandidateAmount.init(parsing:))
  var candidates: CandidateAmount?

  @Option(
    help: """
      With --candidates: what that number counts: documents, tokens, or the bytes of lines. \
      (default: documents)
      """)
  var budget: CandidateUnit?

  @Option(
    help: ArgumentHelp(
      """
      With --candidates: field of the documents with the number of their tokens, as another \
      program counts them. A number of tokens to draw is then in these. (default: dsel counts words)
      """, valueName: "path"))
  var tokensField: String?

  @Option(
    help: ArgumentHelp(
      """
      With --candidates: keep enough for draws from each value of this field, for \
      'dsel resample --stratify'.
      """, valueName: "path"))
  var stratify: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --candidates: keep enough for draws of which up to this share is random, for \
      'dsel resample --replay'. (default: 0)
      """, valueName: "f"), transform: Share.init(parsing:))
  var replay: Share?

  @Flag(
    help: """
      With --candidates, for sets: write the candidates' keys without their n-grams. Merge the \
      keys of all shards, and go on with --candidates-from.
      """)
  var keysOnly = false

  @Option(
    help: ArgumentHelp(
      """
      Instead of --candidates: write the candidates in this file that are in these pool files, \
      with their n-grams. The file has the merged keys of --keys-only. Of the models, only \
      --target-model is needed.
      """, valueName: "file"),
    completion: .file())
  var candidatesFrom: String?

  @OptionGroup var objective: ObjectiveOptions

  @Option(
    parsing: .unconditional,
    help: "With --candidates: seed of the random draw. (default: 0)",
    transform: Seed.init(parsing:))
  var seed: Seed?

  @Flag(
    name: .customLong("top-k"),
    help: "With --candidates: select the largest log weights, without random noise.")
  var topK = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --candidates: divide log weights by this number: a larger one makes the draw more \
      random. (default: 1)
      """, valueName: "t"),
    transform: Number.init(parsing:))
  var temperature: Number?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --candidates and --estimator blend: share of the selection that the logistic \
      regression draws alone. (default: \(DrawSettings.defaultLogisticShare))
      """, valueName: "f"), transform: Share.init(parsing:))
  var logisticShare: Share?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --candidates: never select documents with fewer tokens than this. (default: 100)
      """, valueName: "n"),
    transform: Count.init(parsing:))
  var minTokens: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --candidates: never select documents with more tokens than this. (default: no limit)",
      valueName: "n"),
    transform: Count.init(parsing:))
  var maxTokens: Count?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --candidates: never select documents with a smaller log weight than this. (default: no limit)",
      valueName: "w"),
    transform: Number.init(parsing:))
  var minWeight: Number?

  /// The options that belong to a draw by weight.
  private func rivals(
    _ estimator: Estimator, _ compat: Compatibility?
  ) -> [ObjectiveOptions.Rival] {
    ObjectiveOptions.rivals(
      compat: compat, topK: topK, hasTemperature: temperature?.value ?? 1 != 1,
      logisticShare: logisticShare, estimator)
  }

  /// The option that implies a draw by weight, if any.
  func impliedBy(_ estimator: Estimator, _ compat: Compatibility?) -> String? {
    candidates == nil ? nil : objective.decision(rivals(estimator, compat)).impliedBy
  }

  func validate(_ estimator: Estimator, _ compat: Compatibility?) throws {
    guard let candidates else {
      let given = [
        ("--budget", budget != nil), ("--tokens-field", tokensField != nil),
        ("--stratify", stratify != nil), ("--replay", replay != nil),
        ("--seed", seed != nil), ("--top-k", topK),
        ("--temperature", temperature != nil),
        ("--logistic-share", logisticShare != nil), ("--min-tokens", minTokens != nil),
        ("--max-tokens", maxTokens != nil), ("--min-weight", minWeight != nil),
        ("--objective", objective.objective != nil), ("--keys-only", keysOnly),
      ].first { $0.1 }
      if let given {
        throw ValidationError("\(given.0) needs --candidates: weights don't depend on the draw.")
      }
      return
    }
    let unit = budget ?? .documents
    guard let amount = candidates.value(in: unit) else {
      throw ValidationError(
        unit == .bytes
          ? "--candidates has the suffix of a count. Write bytes like 500MB or 2GiB."
          : "--candidates is a number of bytes. Add --budget bytes, or write a count like 10k.")
    }
    guard amount >= 1 else { throw ValidationError("--candidates must be at least 1.") }
    try objective.validate(rivals(estimator, compat))
    if let tokensField {
      try ReadingOptions.validateField(tokensField, option: "--tokens-field")
    }
    guard !keysOnly || objective.decision(rivals(estimator, compat)).objective == .set else {
      throw ValidationError(
        "--keys-only is for sets: candidates of a draw by weight have no n-grams. Leave --keys-only "
          + "out.")
    }
    if let stratify {
      try ReadingOptions.validateField(stratify, option: "--stratify")
      guard !keysOnly else {
        throw ValidationError(
          "--keys-only can't be used with --stratify: strata are kept in one round. Leave "
            + "--keys-only out.")
      }
    }
    try DrawOptions.validate(minTokens?.value ?? Defaults.minimumTokenCount, maxTokens)
    if let temperature { try RandomnessOptions.Temperature.validate(temperature.value) }
    if logisticShare != nil {
      guard estimator.components.drawInTwoParts else {
        throw ValidationError(
          "--logistic-share needs --estimator blend: with the others, there is "
            + "only one draw.")
      }
    }
  }

  func settings(
    _ estimator: Estimator, _ compat: Compatibility?
  ) -> WeighSettings.CandidateSettings? {
    let unit = budget ?? .documents
    guard let amount = candidates?.value(in: unit) else { return nil }
    var settings = WeighSettings.CandidateSettings(count: amount)
    settings.unit = unit
    settings.tokensField = tokensField
    settings.stratify = stratify
    settings.replay = replay?.value ?? 0
    switch objective.decision(rivals(estimator, compat)).objective {
    case .weight: settings.objective = .weight
    // Without a word, the models decide: see ``WeighSettings/CandidateSettings``.
    case .set: settings.objective = objective.objective == nil ? nil : .set
    }
    settings.keepsKeysOnly = keysOnly
    settings.seed = seed?.value ?? 0
    settings.addsNoise = !topK
    settings.temperature = temperature?.value ?? 1
    settings.minimumTokenCount = minTokens?.value ?? Defaults.minimumTokenCount
    settings.maximumTokenCount = maxTokens?.value
    settings.minimumLogWeight = minWeight?.value
    settings.logisticShare =
      estimator.components.drawInTwoParts
      ? logisticShare?.value ?? DrawSettings.defaultLogisticShare : 0
    return settings
  }
}
