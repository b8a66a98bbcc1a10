import ArgumentParser
import Pipeline

/// Judging selections by held-out text.
struct HeldoutOptions: ParsableArguments {
  @Option(
    name: .customLong("heldout"), parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Files with held-out documents of the target's kind, which no selection has seen. Two small \
      language models are trained on the selection, and predict this text.
      """, valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      With --heldout: another selection to judge beside the one of --selected. Commas separate \
      its files. May be repeated, once for each selection.
      """, valueName: "file"),
    completion: .file())
  var beside: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --heldout: number of tokens to train on, counted as by --tokenizer wordpunct. Training \
      stops at the first document that reaches it. all: no limit. (default: as many as the \
      smallest selection has)
      """, valueName: "n"), transform: Limit.init(parsing:))
  var heldoutTokens: Limit?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      With --heldout: number of shuffles to train on, if the limit leaves documents out. (default: \
      \(Defaults.heldoutShuffles))
      """, valueName: "n"), transform: Count.init(parsing:))
  var shuffles: Count?

  /// A number of tokens, or no limit.
  struct Limit: ExpressibleByArgument, Equatable, Sendable {
    var value: HeldoutSettings.TokenLimit

    /// - Throws: ``NumberError``
    init(parsing argument: String) throws {
      value = argument == "all" ? .all : .count(try Count(parsing: argument).value)
    }

    init?(argument: String) { try? self.init(parsing: argument) }
  }

  /// The settings with the files that are read.
  ///
  /// - Throws: `ValidationError`, ``PipelineError``
  func settings(_ finder: FileFinder) throws -> HeldoutSettings? {
    guard var settings = try settings() else { return nil }
    settings.files = try finder.files(settings.files)
    settings.others = try settings.others.map { try finder.files($0) }
    return settings
  }

  /// The largest number of shuffles.
  private static let mostShuffles = 1000

  /// - Returns: nil if there is no held-out text.
  /// - Throws: `ValidationError`
  func settings() throws -> HeldoutSettings? {
    guard !files.isEmpty else { return nil }
    var settings = HeldoutSettings(files: try FileList.paths(files, option: "--heldout"))
    settings.others = try beside.map { try FileList.paths([$0], option: "--beside") }
    settings.limit = heldoutTokens?.value ?? .least
    settings.shuffleCount = shuffles?.value ?? Defaults.heldoutShuffles
    return settings
  }

  func validate() throws {
    let given = [
      ("--beside", !beside.isEmpty), ("--heldout-tokens", heldoutTokens != nil),
      ("--shuffles", shuffles != nil),
    ]
    if files.isEmpty, let (option, _) = given.first(where: { $0.1 }) {
      throw ValidationError("\(option) needs --heldout. Name the files with held-out text.")
    }
    if heldoutTokens?.value == .count(0) {
      throw ValidationError("--heldout-tokens must be 1 or more.")
    }
    guard (1...Self.mostShuffles).contains(shuffles?.value ?? 1) else {
      throw ValidationError("--shuffles must be from 1 to \(Self.mostShuffles).")
    }
  }
}
