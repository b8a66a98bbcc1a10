import ArgumentParser
import Files
import Pipeline

/// What `select` reads, and how.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("target"), parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Files with example documents. If there are several targets, name them: wiki=a.jsonl,b.jsonl \
      law=c.jsonl.
      """,
      valueName: "[name=]file"),
    completion: .file())
  var targets: [String] = []

  @Option(
    help: ArgumentHelp(
      "Each target's share of the selection. (default: equal shares)", valueName: "name=f,…"))
  var share: [String] = []

  @OptionGroup var pool: PoolOptions

  @OptionGroup var targetText: TargetTextOptions
  @OptionGroup var reading: ReadingOptions
  @OptionGroup var rejecting: RejectOptions

  func validate() throws {
    guard !targets.isEmpty else {
      throw ValidationError(
        "--target is missing. Name the files that the selection should resemble.")
    }
    try pool.refuseShares(of: "--share", share)
    try pool.validate(to: "select from", [("--target", targets)])
    try ReadingOptions.validateFiles(try settings().flatMap(\.paths) + pool.paths())
    try rejecting.validate(with: reading)
  }

  /// The targets, in the order in which they draw.
  ///
  /// - Throws: `ValidationError`
  func settings() throws -> [TargetSettings] {
    var settings: [TargetSettings] = []
    for file in try FileList.named(targets, option: "--target") {
      if let index = settings.firstIndex(where: { $0.name == file.name }) {
        settings[index].paths.append(file.path)
      } else {
        settings.append(TargetSettings(name: file.name, paths: [file.path]))
      }
    }
    guard settings.count == 1 || settings.allSatisfy({ $0.name != nil }) else {
      throw ValidationError("Several targets need a name each, such as --target wiki=wiki.jsonl.")
    }
    let share = try NamedShare.list(share, option: "--share", example: "wiki=0.7,law=0.3")
    for share in share {
      guard
        let index = settings.firstIndex(where: {
          $0.name.map { ExactString($0) } == ExactString(share.name)
        })
      else {
        throw ValidationError("--share names '\(share.name)', which is no target's name.")
      }
      settings[index].share = share.value
    }
    if share.count != Set(share.map { ExactString($0.name) }).count {
      throw ValidationError("--share names a target twice.")
    }
    let sum = settings.compactMap(\.share).reduce(0, +)
    let isWhole = settings.allSatisfy { $0.share != nil }
    guard sum <= 1 + StratifySettings.rounding, !isWhole || sum >= 1 - StratifySettings.rounding
    else {
      throw ValidationError("The shares of the targets add up to \(sum), and should to 1.")
    }
    return settings
  }
}

/// `name=0.3` or `name=30%` on the command line.
struct NamedShare: ExpressibleByArgument {
  var name: String
  var value: Double

  init?(argument: String) {
    // The last one: values of a field may have such signs in them.
    guard let sign = argument.lastIndex(of: "="),
      let share = Share(argument: String(argument[argument.index(after: sign)...]))
    else { return nil }
    name = String(argument[..<sign])
    value = share.value
  }

  /// - Throws: `ValidationError`
  init(parsing argument: String) throws {
    guard let share = NamedShare(argument: argument) else {
      throw ValidationError("write it like wiki=0.3 or wiki=30%, from 0 to 1.")
    }
    self = share
  }

  /// The shares in arguments, of which each may hold several, with commas between them. A comma ends a share only behind
  /// its number, so that names may have commas in them.
  ///
  /// - Throws: `ValidationError`
  static func list(_ arguments: [String], option: String, example: String) throws -> [NamedShare] {
    try arguments.flatMap { argument -> [NamedShare] in
      var shares: [NamedShare] = []
      var pending = ""
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        pending += part
        guard index == parts.count - 1 || endsWithNumber(pending) else {
          pending += ","
          continue
        }
        guard let share = NamedShare(argument: pending) else {
          throw ValidationError(
            "\(option) '\(pending)' is no share. Write it like \(example), or in percent: wiki=70%."
          )
        }
        shares.append(share)
        pending = ""
      }
      return shares
    }
  }

  /// Whether something that may be meant for a number is behind the last sign.
  private static func endsWithNumber(_ text: String) -> Bool {
    guard let sign = text.lastIndex(of: "=") else { return false }
    let number = text[text.index(after: sign)...].filter { $0 != "%" && $0 != "_" }
    return Double(number) != nil
  }
}

/// Of which parts a selection is made.
struct MixtureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Draw separately from the documents of each value of this field, in the pool's proportions.
      """,
      valueName: "path"))
  var stratify: String?

  @Option(
    help: ArgumentHelp(
      "With --stratify: shares of these values. Other values share the rest.",
      valueName: "value=f,…"))
  var mixture: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --stratify: raise the pool's proportions to the power 1/t. Above 1, they become more \
      equal. At least 0.1. (default: 1)
      """,
      valueName: "t"), transform: Number.init(parsing:))
  var mixtureTemperature: Number?

  @Flag(
    help: """
      With --stratify: if a value has too few documents, draw more of the others.
      """)
  var fill = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Share of the selection to draw at random, regardless of weights, before everything else.
      """,
      valueName: "f"), transform: Share.init(parsing:))
  var replay: Share?

  func validate() throws {
    if let stratify {
      try ReadingOptions.validateField(stratify, option: "--stratify")
    } else {
      for (name, isGiven) in [
        ("--mixture", !mixture.isEmpty), ("--mixture-temperature", mixtureTemperature != nil),
        ("--fill", fill),
      ] where isGiven {
        throw ValidationError("\(name) needs --stratify, which names the field.")
      }
    }
    if let mixtureTemperature, mixtureTemperature.value < 0.1 {
      throw ValidationError(
        "--mixture-temperature must be at least 0.1: 1 keeps the pool's shares, and more makes them alike."
      )
    }
    _ = try shares()
  }

  private func shares() throws -> [ExactString: Double]? {
    guard !mixture.isEmpty else { return nil }
    var shares: [ExactString: Double] = [:]
    let given = try NamedShare.list(mixture, option: "--mixture", example: "wiki=0.4,web=0.6")
    for share in given {
      guard shares.updateValue(share.value, forKey: ExactString(share.name)) == nil else {
        throw ValidationError("--mixture names '\(share.name)' twice.")
      }
    }
    let sum = given.map(\.value).reduce(0, +)
    guard sum <= 1 + StratifySettings.rounding else {
      throw ValidationError("The shares of --mixture add up to \(sum), and should to at most 1.")
    }
    return shares
  }

  func settings() throws -> StratifySettings? {
    guard let stratify else { return nil }
    var settings = StratifySettings(field: stratify)
    settings.mixture = try shares()
    settings.temperature = mixtureTemperature?.value ?? 1
    settings.fills = fill
    return settings
  }

  /// - Parameter size: what is drawn.
  func validate(_ size: SelectionSize) throws {
    guard fill else { return }
    switch size {
    case .documents, .fraction: return
    case .tokens, .bytes:
      throw ValidationError("--fill passes documents on: give the size as --count or --fraction.")
    }
  }
}
