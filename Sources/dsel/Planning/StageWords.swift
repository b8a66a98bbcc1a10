import ArgumentParser

/// The options of each stage's commands: those of `dsel select`, at the commands that have them.
struct StageWords: Equatable {
  var fitTarget: [String] = []
  var fitPool: [String] = []
  var merge: [String] = []
  var weigh: [String] = []
  var choose: [String] = []
  var copy: [String] = []
  /// The files that weighing reads for its options, beside documents of the pool and models.
  var weighFiles: [String] = []
  var chooseFiles: [String] = []
  /// Of the outputs.
  var compress: [String] = []
  /// Whether the choice reads the targets' models.
  var choiceNeedsTargets = false

  /// Where a name of an option leads.
  private enum Place { case fit, merge, weigh, choose, copy }

  /// What the plan itself takes care of, and what is about the run of one command.
  private static let ours: Set<String> = [
    "target", "pool", "files-from", "null", "target-text-field", "count", "tokens", "bytes",
    "fraction", "output-dir", "compress", "quiet", "verbose", "progress", "json",
  ]

  /// Candidates are kept for them, and the choice says what it makes of that.
  private static let inBoth: Set<String> = ["stratify", "replay"]

  /// Why an option of `select` has no place in a plan.
  private static let refused: [String: String] = [
    "output": "each shard of the pool has an output of its own. Name a directory: --output-dir",
    "rejects": "many commands read the pool, and one file can't have all their invalid lines",
    "force":
      "what is there already isn't made again. Name another directory, or remove what is in it",
    "manifest": "each command writes its own",
    "report": noReport, "report-data": noReport,
    "min-quantile":
      "no shard knows the quantiles of the whole pool. --min-weight is a limit for all",
    "auto-limit":
      "the best size is searched for by one command. Run 'dsel select' on a part of the pool",
  ]

  private static let noReport =
    "none of its commands reads both the pool and the choice. 'dsel compare --report' makes a page "
    + "about the result"

  /// An option of a command line, by its long name without dashes.
  struct Option {
    var name: String
    var values: [String]
    /// Those that the values name, and those in directories that they name.
    var files: [String] = []
  }

  /// - Parameters:
  ///   - options: of a command line of `select`.
  ///   - commands: what the parser knows of the commands.
  ///   - size: of the selection.
  /// - Throws: `ValidationError` if an option has no place in a plan.
  init(
    _ options: [Option], of commands: [CommandInfo], _ size: Size
  ) throws {
    func names(_ command: String) -> Set<String> {
      let own = commands.first { $0.commandName == command }
      let all = (own?.arguments ?? []).flatMap { $0.names ?? [] }
      return Set(all.filter { $0.kind == "long" }.map(\.name))
    }
    let (fit, weigh, resample, merge) = (
      names("fit"), names("weigh"), names("resample"), names("merge")
    )
    // All commands that read documents have these. The last one isn't about reading.
    let reading = fit.intersection(weigh).intersection(resample).subtracting(["min-tokens"])
    for option in options where !Self.ours.contains(option.name) {
      let (name, values) = (option.name, option.values)
      if let reason = Self.refused[name] { throw Self.refusal(name, reason) }
      var places: [Place] = []
      if reading.contains(name) {
        places = [.fit, .weigh, .copy]
        if ["max-window", "threads"].contains(name) { places.append(.choose) }
      } else {
        if fit.contains(name) { places.append(.fit) }
        if weigh.contains(name) { places.append(.weigh) }
        // What was decided when weighing can't be changed by the choice.
        if Self.inBoth.contains(name) {
          places.append(.choose)
        } else if !weigh.contains(name), resample.contains(name), !Self.isOfOutput(name) {
          places.append(.choose)
        }
      }
      guard !places.isEmpty else {
        throw Self.refusal(
          name, "the chosen lines are copied as they are, in the order of the pool")
      }
      if merge.contains(name) { places.append(.merge) }
      // One word for each value, so that no file of the pool is taken for a value.
      let words = values.isEmpty ? ["--\(name)"] : values.map { "--\(name)=\($0)" }
      for place in places {
        add(words, to: place)
        if !option.files.isEmpty { addFiles(option.files, to: place) }
      }
    }
    finish(options, size)
  }

  /// The size of a selection, as candidates are kept for it.
  struct Size {
    var amount: String
    /// nil for documents.
    var budget: String?
  }

  private static func isOfOutput(_ name: String) -> Bool {
    [
      "picks", "shard-bytes", "remainder", "order", "shuffle", "shuffle-seed", "annotate",
      "annotate-with", "writer",
    ].contains(name)
  }

  private static func refusal(_ name: String, _ reason: String) -> ValidationError {
    ValidationError("--\(name) can't be used in a plan: \(reason).")
  }

  private mutating func add(_ words: [String], to place: Place) {
    switch place {
    case .fit: fitPool += words
    case .merge: merge += words
    case .weigh: weigh += words
    case .choose: choose += words
    case .copy: copy += words
    }
  }

  private mutating func addFiles(_ files: [String], to place: Place) {
    switch place {
    case .weigh: weighFiles += files
    case .choose: chooseFiles += files
    case .fit, .merge, .copy: preconditionFailure("these steps read no files for options")
    }
  }

  private mutating func finish(_ options: [Option], _ size: Size) {
    func values(_ name: String) -> [String]? { options.last { $0.name == name }?.values }
    // `select` knows the estimator when it counts; `fit` doesn't.
    if values("estimator") == ["ratio"], values("buckets") == nil, values("compat") == nil {
      fitPool.append("--buckets=10000")
    }
    if values("threads") == nil {
      // As many commands as there are processors run side by side; the choice runs alone.
      for place in [Place.fit, .weigh, .copy] { add(["--threads=1"], to: place) }
    }
    for place in [Place.fit, .merge, .weigh, .choose, .copy] { add(["--quiet"], to: place) }
    fitTarget = fitPool.filter { !$0.hasPrefix("--fit-sample=") }
    if let field = values("target-text-field")?.last {
      // The joint of several strings may not suit the other field.
      fitTarget.removeAll { $0.hasPrefix("--text-field=") || $0.hasPrefix("--text-join=") }
      fitTarget.append("--text-field=\(field)")
    }
    if values("exclude-target") != nil { fitTarget.append("--keep-texts") }
    for option in options where option.name == "add" {
      fitPool += option.values.flatMap { $0.split(separator: ",") }.map {
        "--keep-field=\($0.prefix { $0 != "=" })"
      }
    }
    choiceNeedsTargets = values("base") != nil
    weigh.append("--candidates=\(size.amount)")
    if let budget = size.budget { weigh.append("--budget=\(budget)") }
    choose.append("--\(size.budget ?? "count")=\(size.amount)")
  }
}
