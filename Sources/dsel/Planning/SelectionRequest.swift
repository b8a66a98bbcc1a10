import ArgumentParser
import Files
import Pipeline
import Reporting

/// A command line of `dsel select` that is to be planned.
struct SelectionRequest {
  private let words: [String]
  private let select: SelectCommand

  /// - Parameter words: after `select`.
  /// - Throws: `ValidationError` if `dsel select` would refuse them.
  init(_ words: [String]) throws {
    self.words = words
    let review = CommandLineReview(["select"] + words)
    do {
      select = try SelectCommand.parse(words)
    } catch {
      if SelectCommand.exitCode(for: error) == .success {
        throw CleanExit.message(Dsel.helpMessage(for: SelectCommand.self))
      }
      throw ValidationError(try review.fault()?.message ?? SelectCommand.message(for: error))
    }
    try review.refuseRepeats()
  }

  /// - Throws: `ValidationError`, ``PipelineError``
  func plan(_ request: PlanCommand, _ context: CommandContext) throws -> StagedSelection {
    let workDirectory = request.workDir
    let finder = context.finder(select.input.reading)
    for word in words + [workDirectory] where word.contains(where: \.isNewline) {
      throw ValidationError(
        "A plan has a line for each command, and \(ShellWord.quoted(word)) has a line break.")
    }
    let commands = try CommandInfo.ofDsel().subcommands ?? []
    guard let info = commands.first(where: { $0.commandName == "select" }) else {
      preconditionFailure("there is a command select")
    }
    // What other options name is a target or the pool, or is written.
    let evaluation = try finder.files(select.exclusion.paths()).map { try Self.file($0) }
    let base = try select.base.base.map { [try Self.file($0)] } ?? []
    let options = ArgumentScan(words, of: info).occurrences.map { occurrence in
      let name = String(occurrence.option?.typedName.dropFirst(2) ?? "")
      return StageWords.Option(
        name: name, values: occurrence.values,
        files: name == "exclude" ? evaluation : name == "base" ? base : [])
    }
    var stageWords = try StageWords(options, of: commands, try size())
    if let compress = select.output.compress {
      stageWords.compress = ["--compress=\(compress.rawValue)"]
    }
    let outputDirectory = try outputDirectory()
    // The choice reads it, long after the work of others has begun.
    try select.base.settings?.check(
      select.features.settings, select.input.reading.settings(select.execution))
    let targets = try select.input.settings(finder).map { target in
      StagedSelection.Target(
        name: target.name, paths: try target.paths.map { try Self.file($0) })
    }
    let shards = try select.input.pool.files(finder).map { try Self.lineFile($0) }
    let files = shards + targets.flatMap(\.paths)
    try Self.check(files + evaluation + base, areNotIn: outputDirectory)
    // The order in which the program puts the shards of merged candidates.
    let ordered = shards.sorted {
      FileName.bytes(of: $0).lexicographicallyPrecedes(FileName.bytes(of: $1))
    }
    let settings = StagedSelection.Settings(
      origin: Self.origin(files), targets: targets,
      parts: PoolPart.parts(of: ordered, byteLimit: request.taskBytes.value),
      isInTwoRounds: request.twoRounds, workDirectory: workDirectory,
      outputDirectory: outputDirectory, words: stageWords)
    let plan = StagedSelection(settings)
    try Self.check(plan)
    return plan
  }

  private func size() throws -> StageWords.Size {
    let size = select.size
    if let search = size.search {
      throw ValidationError(
        "\(search.option) can't be used in a plan: the best size is searched for by one command. "
          + "Find it with 'dsel select' on a part of the pool, and give it as a number.")
    }
    switch size.given {
    case .documents(let count): return StageWords.Size(amount: "\(count)")
    case .tokens(let count): return StageWords.Size(amount: "\(count)", budget: "tokens")
    case .bytes(let count): return StageWords.Size(amount: "\(count)", budget: "bytes")
    default:
      throw ValidationError(
        "A plan needs --count, --tokens or --bytes: the number of documents in the pool isn't "
          + "known before it is read, so a share of it has no size yet.")
    }
  }

  private func outputDirectory() throws -> String {
    guard let directory = select.output.outputDir else {
      throw ValidationError(
        "A plan needs --output-dir, a directory for the selection: each shard of the pool has an "
          + "output of its own there.")
    }
    return directory
  }

  /// - Returns: the path, as it can stand before options.
  private static func file(_ path: String) throws -> String {
    guard path != "-" else {
      throw ValidationError("A plan needs files: standard input (-) can be read only once.")
    }
    guard !path.contains(where: \.isNewline) else {
      throw ValidationError(
        "A plan has a line for each command, and \(ShellWord.quoted(path)) has a line break. "
          + "Rename the file.")
    }
    return path.hasPrefix("-") ? "./\(path)" : path
  }

  private static func lineFile(_ path: String) throws -> String {
    guard !path.lowercased().endsInBytes(of: ".parquet") else {
      throw ValidationError(
        "The rows of '\(path)' can't be copied by 'dsel'. Choose with 'dsel select --picks', or for "
          + "shards with 'dsel weigh --candidates', 'dsel merge' and 'dsel resample --picks'. Then "
          + "take the rows with 'python -m dsel take'.")
    }
    return try file(path)
  }

  /// Prefers a file that is found only from here, and whose name is no trouble for make.
  private static func origin(_ files: [String]) -> StagedSelection.Origin {
    func isThere(_ path: String) -> Bool { (try? FileStatus(path: path)) != nil }
    let near = files.first { !$0.hasPrefix("/") && PlanText.isPlain($0) && isThere($0) }
    let directory = FileName.workingDirectory()
    return StagedSelection.Origin(
      directory: directory.flatMap { $0.contains(where: \.isNewline) ? nil : $0 },
      file: near ?? files.first(where: isThere))
  }

  /// Refuses a directory in which an output may take the place of a file that the selection reads.
  ///
  /// - Throws: `ValidationError`
  private static func check(_ paths: [String], areNotIn directory: String) throws {
    guard let output = try? FileStatus(path: directory) else { return }
    for path in paths {
      let end = path.lastIndex(of: "/")
      let parent = end.map { path[...$0] } ?? "."
      if let status = try? FileStatus(path: String(parent)), status.isSameFile(as: output) {
        throw ValidationError(
          "\(ShellWord.quoted(path)) is read by the selection, and outputs in the same directory "
            + "might replace it. Name another --output-dir.")
      }
    }
  }

  /// Lets the parser check a command of each stage, as it will be run.
  ///
  /// - Throws: `ValidationError`
  private static func check(_ plan: StagedSelection) throws {
    for stage in plan.stages {
      guard let task = stage.tasks.last else { continue }
      do {
        _ = try Dsel.parseAsRoot(task.words + ["\(task.outputOption)=\(task.output)"])
      } catch {
        let oneRound = task.words.filter { $0 != "--keys-only" }
        if oneRound != task.words,
          (try? Dsel.parseAsRoot(oneRound + ["\(task.outputOption)=\(task.output)"])) != nil
        {
          throw ValidationError(
            "--two-rounds is for a set without --stratify: other candidates have no n-grams, or "
              + "need them in one round. Leave --two-rounds out.")
        }
        throw ValidationError(
          "One of the plan's commands, 'dsel \(task.words[0])', can't do this: "
            + Dsel.message(for: error))
      }
    }
  }
}
