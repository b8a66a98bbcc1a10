import ArgumentParser
import Pipeline

/// The pool's files, which are operands or values of `--pool`.
struct PoolOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      """
      Pool files: documents as JSON lines, plain, .zst or .gz, or in Parquet. Directories stand \
      for the files in them. Use - for standard input.
      """, valueName: "pool"),
    completion: .file())
  var operands: [String] = []

  @Option(
    name: .customLong("pool"), parsing: .upToNextOption,
    help: ArgumentHelp(
      """
      Pool files, as an option: all words up to the next option. Commas separate files too.
      """,
      valueName: "file"),
    completion: .file())
  var named: [String] = []

  @OptionGroup var lists: FileListOptions

  /// Operands come first.
  ///
  /// - Throws: `ValidationError`
  func paths() throws -> [String] {
    try FileList.paths(operands + named, option: "--pool")
  }

  /// The files that are read before or as the pool, as they are named.
  ///
  /// - Throws: `ValidationError`
  func namedFiles() throws -> [String] { try paths() + lists.filesFrom }

  /// The files that the names lead to: those of lists come last.
  ///
  /// - Throws: `ValidationError`, ``PipelineError``
  func files(_ finder: FileFinder) throws -> [String] { try finder.files(paths(), lists) }

  /// Refuses operands that aren't files but look like shares of `option`, which takes one word.
  ///
  /// - Throws: `ValidationError`
  func refuseShares(of option: String, _ shares: [String]) throws {
    guard let share = shares.last else { return }
    for operand in operands where NamedShare(argument: operand) != nil && !FileList.exists(operand)
    {
      throw ValidationError(
        "'\(operand)' is not a file, but looks like a share. \(option) takes one word. Write "
          + "\(option) \(share),\(operand).")
    }
  }

  /// Refuses an empty pool, and a pool of too many files.
  ///
  /// - Parameters:
  ///   - verb: the purpose of the files.
  ///   - takers: options that take all files up to the next option, with the files they took.
  /// - Throws: `ValidationError`
  func validate(to verb: String, _ takers: [(option: String, values: [String])]) throws {
    let paths = try namedFiles()
    guard !paths.isEmpty else {
      if let taker = takers.first(where: { $0.values.count > 1 }), let last = taker.values.last {
        throw Self.swallowed(taker.option, taker.values, pool: last)
      }
      throw ValidationError(
        "--pool is missing. Name the files to \(verb), with or without --pool, or - for standard "
          + "input."
      )
    }
    try FileFinder.checkCount(paths.count)
  }

  private static func swallowed(
    _ option: String, _ values: [String], pool: String
  ) -> ValidationError {
    let shown = values.count > 4 ? Array(values.prefix(3)) + ["…", pool] : values
    return ValidationError(
      "The pool is missing. \(option) takes all files up to the next option, so it has "
        + "\(shown.joined(separator: ", ")). If \(pool) is the pool, write --pool \(pool).")
  }
}
