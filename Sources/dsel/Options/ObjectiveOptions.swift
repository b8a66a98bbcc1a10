import ArgumentParser
import Choosing
import Featurizing
import Pipeline
import Weighting

/// What documents are chosen by.
struct ObjectiveOptions: ParsableArguments {
  enum Objective: String, ExpressibleByArgument, CaseIterable { case set, weight }

  @Option(
    help: """
      set: draw candidates by weight, and choose among them the documents that together resemble \
      the target best. weight: draw the documents themselves by weight, as DSIR does. (default: \
      set; weight with options that only a draw by weight has)
      """)
  var objective: Objective?

  /// An option that a set has no use for.
  struct Rival {
    var option: String
    var isGiven: Bool
    /// Whether a set can be chosen all the same, if it is asked for.
    var isPossible = false
  }

  /// The options that only a draw by weight has, in all commands.
  static func rivals(
    compat: Compatibility?, topK: Bool, hasTemperature: Bool, logisticShare: Share?,
    _ estimator: Estimator
  ) -> [Rival] {
    [
      Rival(option: "--compat", isGiven: compat != nil),
      Rival(option: "--top-k", isGiven: topK),
      Rival(option: "--temperature", isGiven: hasTemperature),
      Rival(option: "--logistic-share", isGiven: logisticShare != nil),
      Rival(option: "--estimator ratio", isGiven: estimator == .ratio),
    ]
  }

  /// - Returns: the objective, and what implies it; nil if it is given, or the default.
  func decision(_ rivals: [Rival]) -> (objective: Objective, impliedBy: String?) {
    if let objective { return (objective, nil) }
    guard let rival = rivals.first(where: \.isGiven) else { return (.set, nil) }
    return (.weight, rival.option)
  }

  /// Refuses what only a draw by weight can do.
  ///
  /// - Throws: `ValidationError`
  func validate(_ rivals: [Rival]) throws {
    guard objective == .set, let rival = rivals.first(where: { $0.isGiven && !$0.isPossible })
    else { return }
    throw ValidationError(
      "--objective set can't be used with \(rival.option), which only a draw by weight has. Leave "
        + "one of them out.")
  }

  /// Refuses an option that only a set has, if documents are drawn by weight.
  ///
  /// - Parameter option: of a set; nil if none is given.
  /// - Throws: `ValidationError`
  func validate(ofSet option: String?, _ rivals: [Rival]) throws {
    guard let option, decision(rivals).objective == .weight else { return }
    guard objective == nil, let rival = rivals.first(where: \.isGiven) else {
      throw ValidationError(
        "\(option) can't be used with --objective weight: only a set has it. Leave one of them "
          + "out.")
    }
    throw ValidationError(
      "\(option) can't be used with \(rival.option): only a set has \(option), and "
        + (rival.isPossible
          ? "with \(rival.option), documents are drawn by weight unless you ask for a set. Leave one "
            + "of them out, or add --objective set."
          : "only a draw by weight has \(rival.option). Leave one of them out."))
  }

  /// The sentence that tells what an option implies.
  static func note(impliedBy option: String) -> String {
    "with \(option), documents are drawn by weight (--objective weight)."
  }
}

/// What a set is to complete.
struct BaseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      For a set: model of what a language model has been trained on already, from 'dsel fit'. \
      Documents are chosen that complete it.
      """, valueName: "model"),
    completion: .file())
  var base: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --base: number of tokens of the training, if the model was fitted to a sample. \
      (default: the model's)
      """, valueName: "n"), transform: Count.init(parsing:))
  var baseTokens: Count?

  func validate() throws {
    if base == "" { throw ValidationError("--base is empty. Name a model.") }
    guard baseTokens == nil || base != nil else {
      throw ValidationError(
        "--base-tokens needs --base: it is the number of tokens of the training data of that model. "
          + "Add --base, or leave --base-tokens out.")
    }
  }

  var given: String? { base == nil ? nil : "--base" }

  var settings: BaseSettings? {
    base.map { BaseSettings(path: $0, tokenCount: baseTokens?.value) }
  }
}

/// What a set is to complete, if it is chosen among candidates.
struct CandidateBaseOptions: ParsableArguments {
  @OptionGroup var base: BaseOptions

  @Option(
    help: ArgumentHelp(
      """
      With --base: model of the target, with which the candidates were weighed. If there are \
      several targets, name them: wiki=a.model,law=b.model.
      """,
      valueName: "[name=]file"),
    completion: .file())
  var targetModel: [String] = []

  func validate() throws {
    _ = try models()
    guard targetModel.isEmpty == (base.base == nil) else {
      throw ValidationError(
        targetModel.isEmpty
          ? "--base needs --target-model, with which the candidates were weighed: they have counts of "
            + "the target's n-grams, but not the n-grams."
          : "--target-model needs --base: without it, candidates have all that the choice needs.")
    }
  }

  /// - Throws: `ValidationError`
  private func models() throws -> [NamedModel] {
    try NamedModel.targets(targetModel)
  }

  /// - Throws: `ValidationError`
  func settings() throws -> CandidateBase? {
    try base.settings.map { CandidateBase($0, targetModels: try models()) }
  }
}

/// How a set is chosen.
struct SetOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      For a set, from 0 to 1: how much each document must resemble the target on its own. 0 gives \
      the most varied set, 1 the documents with the largest weights. (default: \
      \(SetObjective.defaultPurity))
      """, valueName: "p"), transform: Purity.init(parsing:))
  var purity: Purity?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      For a set: how much chance decides. 0 is no chance; 0.3 replaces half of the documents. \
      (default: \(SetObjective.defaultNoise))
      """, valueName: "t"), transform: Number.init(parsing:))
  var noise: Number?

  private static let mostNoise = 100.0

  func validate() throws {
    if let noise, !(0...Self.mostNoise).contains(noise.value) {
      throw ValidationError(
        "--noise must be from 0 to 100. Write a small number such as "
          + "\(SetObjective.defaultNoise), the default.")
    }
  }

  /// The first option that is given.
  var given: String? { purity != nil ? "--purity" : noise != nil ? "--noise" : nil }

  var setting: SetObjective { SetObjective(purity: purity?.value, noise: noise?.value) }
}
