import ArgumentParser
import Files
import Pipeline

/// The inputs of `select`, and how it reads them.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("target"), parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Files or directories with example documents. If there are several targets, name them: wiki=a.jsonl,b.jsonl \
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
        "--target is missing. Name the files with example documents.")
    }
    try pool.refuseShares(of: "--share", share)
    try pool.validate(to: "select from", [("--target", targets)])
    try ReadingOptions.validateFiles(try settings().flatMap(\.paths) + pool.namedFiles())
    try rejecting.validate(with: reading)
  }

  /// The targets with the files that they are read from.
  ///
  /// - Throws: `ValidationError`, ``PipelineError``
  func settings(_ finder: FileFinder) throws -> [TargetSettings] {
    try settings().map { target in
      var target = target
      target.paths = try finder.files(target.paths)
      return target
    }
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
      throw ValidationError(
        "Several targets need a name each: --target wiki=wiki.jsonl "
          + "law=law.jsonl.")
    }
    let share = try NamedShare.list(share, option: "--share", example: "wiki=0.7,law=0.3")
    for share in share {
      guard
        let index = settings.firstIndex(where: {
          $0.name.map { ExactString($0) } == ExactString(share.name)
        })
      else {
        throw ValidationError("--share names '\(share.name)', but no target has that name.")
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
      throw ValidationError("The shares of the targets add up to \(sum), not to 1.")
    }
    return settings
  }
}
