import ArgumentParser
import Pipeline
import Resampling

/// The pool's files, which are operands or values of `--pool`.
struct PoolOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      """
      Pool files: documents as JSON lines, plain, .zst or .gz. Use - for standard input.
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

  /// Operands come first.
  ///
  /// - Throws: `ValidationError`
  func paths() throws -> [String] {
    try FileList.paths(operands + named, option: "--pool")
  }

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
    let paths = try paths()
    guard !paths.isEmpty else {
      if let taker = takers.first(where: { $0.values.count > 1 }), let last = taker.values.last {
        throw Self.swallowed(taker.option, taker.values, pool: last)
      }
      throw ValidationError(
        "--pool is missing. Name the files to \(verb), with or without --pool, or - for standard "
          + "input."
      )
    }
    guard paths.count <= Candidate.maximumShardCount else {
      throw ValidationError(
        "--pool names \(paths.count) files, but the limit is \(Candidate.maximumShardCount). Join "
          + "some: files with the same compression can be concatenated.")
    }
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
