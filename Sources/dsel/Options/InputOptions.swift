import ArgumentParser
import Files
import Pipeline
import Resampling

/// What `select` reads, and how.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("target"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "What you wish you had more of; several targets have names: wiki=a.jsonl,b.jsonl law=c.jsonl.",
      valueName: "[name=]file"))
  var targets: [String] = []

  @Option(
    help: ArgumentHelp(
      "A target's share of the selection; give it again for others. (default: equal parts)",
      valueName: "name=f"), transform: NamedShare.init(parsing:))
  var share: [NamedShare] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What to choose from: files in order, .zst and .gz too; - is standard input.",
      valueName: "file"))
  var pool: [String] = []

  @OptionGroup var reading: ReadingOptions
  @OptionGroup var rejecting: RejectOptions

  func validate() throws {
    guard !targets.isEmpty else {
      throw ValidationError(
        "--target is missing. Name the files that the selection should resemble.")
    }
    guard !pool.isEmpty else {
      throw ValidationError(
        "--pool is missing. Name the files to select from, or - for standard input.")
    }
    guard pool.count <= Candidate.maximumShardCount else {
      throw ValidationError(
        "--pool names \(pool.count) files, and \(Candidate.maximumShardCount) are the most. "
          + "Join some: files of one container may be concatenated.")
    }
    try ReadingOptions.validateFiles(try settings().flatMap(\.paths) + pool)
    try rejecting.validate(with: reading)
  }

  /// The targets, in the order in which they draw.
  ///
  /// - Throws: `ValidationError`
  func settings() throws -> [TargetSettings] {
    var settings: [TargetSettings] = []
    for argument in targets {
      let named = NamedFile(argument)
      let isFile = (try? FileStatus(path: named.path)) != nil
      let paths = isFile ? [named.path] : named.path.split(separator: ",").map(String.init)
      guard !paths.isEmpty else {
        throw ValidationError("--target '\(argument)' names no file. Write it like wiki=a.jsonl.")
      }
      if let index = settings.firstIndex(where: { $0.name == named.name }) {
        settings[index].paths += paths
      } else {
        settings.append(TargetSettings(name: named.name, paths: paths))
      }
    }
    guard settings.count == 1 || settings.allSatisfy({ $0.name != nil }) else {
      throw ValidationError("Several targets need a name each, such as --target wiki=wiki.jsonl.")
    }
    for share in share {
      guard let index = settings.firstIndex(where: { $0.name == share.name }) else {
        throw ValidationError("--share names '\(share.name)', which is no target's name.")
      }
      settings[index].share = share.value
    }
    if share.count != Set(share.map(\.name)).count {
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
}

/// Of which parts a selection is made.
struct MixtureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Draw from the documents of each value of this field apart, by the pool's shares.",
      valueName: "path"))
  var stratify: String?

  @Option(
    help: ArgumentHelp(
      "With --stratify: the shares of values; the others have what is left.",
      valueName: "value=f,…"))
  var mixture: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --stratify: raise the pool's shares to the power 1/t: more than 1 makes them alike; at least 0.1.",
      valueName: "t"), transform: Number.init(parsing:))
  var mixtureTemperature: Number?

  @Flag(help: "With --stratify: what a value has too few documents for, draw of the others.")
  var fill = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Draw this share of the selection at random, whatever the weights, before all else.",
      valueName: "f"), transform: Share.init(parsing:))
  var replay: Share?

  func validate() throws {
    if let stratify {
      try ReadingOptions.validateField(stratify, option: "--stratify")
    } else {
      for (name, isGiven) in [
        ("--mixture", mixture != nil), ("--mixture-temperature", mixtureTemperature != nil),
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

  private func shares() throws -> [String: Double]? {
    guard let mixture else { return nil }
    var shares: [String: Double] = [:]
    for part in mixture.split(separator: ",") {
      guard let share = NamedShare(argument: String(part)) else {
        throw ValidationError(
          "--mixture '\(part)' is no share. Write it like wiki=0.4,web=60%, each from 0 to 1.")
      }
      guard shares.updateValue(share.value, forKey: share.name) == nil else {
        throw ValidationError("--mixture names '\(share.name)' twice.")
      }
    }
    let sum = shares.values.reduce(0, +)
    guard sum > 0, sum <= 1 + StratifySettings.rounding else {
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
