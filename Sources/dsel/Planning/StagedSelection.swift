import Files
import Reading
import Resampling

/// One selection as commands for many machines, in stages.
///
/// The commands of a stage don't depend on one another. Each writes one file, which appears when it
/// is whole; a copy writes files for several shards, and its manifest comes last. The name of a
/// file in between has a hash of the command that makes it and of its inputs' names, and so of the
/// commands before. So selections with other options don't take one another's files, and share
/// those that are the same.
struct StagedSelection {
  /// A command.
  struct Task: Equatable {
    /// The words after the program's name, without the output.
    var words: [String]
    /// The files that must be there before: those of the user and those of earlier stages.
    var inputs: [String]
    var output: String
    /// The option that names the output.
    var outputOption = "--output"
    /// Whether it writes to the selection's directory.
    var isLast = false
  }

  struct Stage: Equatable {
    var name: String
    /// What its commands do, in a few words.
    var purpose: String
    var tasks: [Task]
  }

  struct Target {
    /// nil if there is one target.
    var name: String?
    var paths: [String]
  }

  /// Where a plan was made: in other directories, its names may be those of other files.
  struct Origin {
    /// nil if it has no name that fits into a line.
    var directory: String?
    /// One that was there; nil if there was none.
    var file: String?
  }

  /// What is selected from, and where files are written.
  struct Settings {
    var origin: Origin
    var targets: [Target]
    /// The shards, in parts that a command reads together.
    var parts: [PoolPart]
    /// Whether candidates are kept without their n-grams first.
    var isInTwoRounds: Bool
    /// For what is in between.
    var workDirectory: String
    var outputDirectory: String
    var words: StageWords
  }

  /// Not more files are merged at a time.
  static let mergedAtOnce = 64

  private(set) var stages: [Stage] = []
  let directories: [String]
  let origin: Origin
  /// What is there once the selection is complete.
  private(set) var outputs: [String] = []
  /// Stands for the selection: its shards and its options.
  private(set) var name = ""

  private let settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
    directories = [settings.workDirectory, settings.outputDirectory]
    origin = settings.origin
    let models = addFits()
    let pool = addMerges(of: models.pool, "model")
    var kept = addWeighing(targets: models.targets, pool: pool)
    if settings.isInTwoRounds {
      kept = addCompletion(of: addMerges(of: kept, "keys"), models.targets)
    }
    let all = addMerges(of: kept, "candidates")
    let picks = addChoice(among: all, models.targets)
    addCopies(of: picks)
    name = Self.hash(stages.flatMap { $0.tasks.flatMap { $0.words + $0.inputs } })
  }

  /// The command, and its output in the work directory.
  ///
  /// Words may name a directory, to which files can be added: their names are inputs.
  private func task(
    _ words: [String], inputs: [String], makes name: String, _ kind: String
  ) -> Task {
    Task(
      words: words, inputs: inputs,
      output: "\(settings.workDirectory)/\(name)-\(Self.hash(words + inputs)).\(kind).zst")
  }

  private static func hash(_ words: [String]) -> String {
    var bytes: [UInt8] = []
    for word in words { bytes += FileName.bytes(of: word) + [0] }
    return TextHash.of(bytes.span).hexadecimal
  }

  private static func number(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private func name(_ part: PoolPart) -> String { "shard-\(Self.number(part.first))" }

  private mutating func addFits() -> (targets: [String], pool: [String]) {
    let targets = settings.targets.map { target in
      task(
        ["fit"] + target.paths + settings.words.fitTarget, inputs: target.paths,
        makes: target.name.map { "target-\($0)" } ?? "target", "model")
    }
    let pool = settings.parts.map { part in
      task(
        ["fit"] + part.shards + settings.words.fitPool, inputs: part.shards, makes: name(part),
        "model")
    }
    stages.append(Stage(name: "fit", purpose: "count n-grams", tasks: targets + pool))
    return (targets.map(\.output), pool.map(\.output))
  }

  /// Adds merges until one file is left.
  ///
  /// - Returns: the name of that file.
  private mutating func addMerges(of files: [String], _ kind: String) -> String {
    var files = files
    repeat {
      let isLast = files.count <= Self.mergedAtOnce
      var tasks: [Task] = []
      for start in stride(from: 0, to: files.count, by: Self.mergedAtOnce) {
        let part = Array(files[start..<min(start + Self.mergedAtOnce, files.count)])
        tasks.append(
          task(
            ["merge"] + part + settings.words.merge, inputs: part,
            makes: isLast ? "pool" : "part-\(Self.number(tasks.count))", kind))
      }
      stages.append(
        Stage(name: "merge-\(kind)", purpose: "add up results (\(kind))", tasks: tasks))
      files = tasks.map(\.output)
    } while files.count > 1
    return files[0]
  }

  private func modelWords(_ models: [String]) -> [String] {
    zip(settings.targets, models).map { target, model in
      "--target-model=" + (target.name.map { "\($0)=" } ?? "") + model
    }
  }

  private mutating func addWeighing(targets: [String], pool: String) -> [String] {
    let keys = settings.isInTwoRounds ? ["--keys-only"] : []
    let tasks = settings.parts.map { part in
      let words = ["weigh"] + part.shards + modelWords(targets) + ["--pool-model=\(pool)"]
      return task(
        words + settings.words.weigh + keys,
        inputs: part.shards + [pool] + targets + settings.words.weighFiles, makes: name(part),
        keys.isEmpty ? "candidates" : "keys")
    }
    stages.append(
      Stage(name: "weigh", purpose: "keep what the selection may need", tasks: tasks))
    return tasks.map(\.output)
  }

  /// Adds the second round: the n-grams of the candidates that are left of the whole pool.
  private mutating func addCompletion(of keys: String, _ targets: [String]) -> [String] {
    let tasks = settings.parts.map { part in
      let words = ["weigh"] + part.shards + modelWords(targets) + ["--candidates-from=\(keys)"]
      return task(
        words + settings.words.copy, inputs: part.shards + [keys] + targets, makes: name(part),
        "candidates")
    }
    stages.append(
      Stage(name: "complete", purpose: "find the n-grams of what is left", tasks: tasks))
    return tasks.map(\.output)
  }

  private mutating func addChoice(among candidates: String, _ targets: [String]) -> String {
    let models = settings.words.choiceNeedsTargets ? targets : []
    var choice = task(
      ["resample", "--candidates=\(candidates)"] + modelWords(models) + settings.words.choose,
      inputs: [candidates] + models + settings.words.chooseFiles, makes: "pool", "picks")
    choice.outputOption = "--picks"
    stages.append(Stage(name: "choose", purpose: "choose among all candidates", tasks: [choice]))
    return choice.output
  }

  private mutating func addCopies(of picks: String) {
    let tasks = settings.parts.map { part in
      let words =
        ["resample", "--candidates=\(picks)"] + part.shards.map { "--pool=\($0)" }
        + ["--by-shard", "--output-dir=\(settings.outputDirectory)", "--force"]
      return Task(
        words: words + settings.words.copy + settings.words.compress, inputs: [picks] + part.shards,
        output: "\(settings.outputDirectory)/part_\(Self.number(part.first)).manifest.json",
        outputOption: "--manifest", isLast: true)
    }
    stages.append(Stage(name: "copy", purpose: "copy the chosen lines", tasks: tasks))
    outputs = tasks.map(\.output)
  }
}
