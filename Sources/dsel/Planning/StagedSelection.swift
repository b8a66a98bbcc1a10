import Files
import Reading
import Resampling

/// One selection as commands for many machines, in stages.
///
/// The commands of a stage don't depend on one another. Each writes one file, which appears when it
/// is whole. The name of a file in between has a hash of the command that makes it, and so of those
/// before. So selections with other options don't take one another's files, and share those that
/// are the same.
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

  /// What is selected from, and where files are written.
  struct Settings {
    var targets: [Target]
    /// Each is read by commands of its own.
    var shards: [String]
    /// For what is in between.
    var workDirectory: String
    var outputDirectory: String
    /// What names of outputs end in.
    var suffix: String
    var words: StageWords
  }

  /// Not more files are merged at a time.
  static let mergedAtOnce = 64

  private(set) var stages: [Stage] = []
  let directories: [String]
  /// The files of the selection.
  private(set) var outputs: [String] = []
  /// Stands for the selection: its shards and its options.
  private(set) var name = ""

  private let settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
    directories = [settings.workDirectory, settings.outputDirectory]
    let models = addFits()
    let pool = addMerges(of: models.pool, "model")
    let kept = addWeighing(targets: models.targets, pool: pool)
    let all = addMerges(of: kept, "candidates")
    let picks = addChoice(among: all, models.targets)
    addCopies(of: picks)
    name = Self.hash(stages.flatMap { $0.tasks.flatMap(\.words) })
  }

  /// The command, and its output in the work directory.
  private func task(
    _ words: [String], inputs: [String], makes name: String, _ kind: String
  ) -> Task {
    Task(
      words: words, inputs: inputs,
      output: "\(settings.workDirectory)/\(name)-\(Self.hash(words)).\(kind).zst")
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

  private mutating func addFits() -> (targets: [String], pool: [String]) {
    let targets = settings.targets.map { target in
      task(
        ["fit"] + target.paths + settings.words.fitTarget, inputs: target.paths,
        makes: target.name.map { "target-\($0)" } ?? "target", "model")
    }
    let pool = settings.shards.enumerated().map { place, shard in
      task(
        ["fit", shard] + settings.words.fitPool, inputs: [shard],
        makes: "shard-\(Self.number(place))", "model")
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
    let tasks = settings.shards.enumerated().map { place, shard in
      let words = ["weigh", shard] + modelWords(targets) + ["--pool-model=\(pool)"]
      return task(
        words + settings.words.weigh, inputs: [shard, pool] + targets,
        makes: "shard-\(Self.number(place))", "candidates")
    }
    stages.append(
      Stage(name: "weigh", purpose: "keep what the selection may need", tasks: tasks))
    return tasks.map(\.output)
  }

  private mutating func addChoice(among candidates: String, _ targets: [String]) -> String {
    let models = settings.words.choiceNeedsTargets ? targets : []
    var choice = task(
      ["resample", "--candidates=\(candidates)"] + modelWords(models) + settings.words.choose,
      inputs: [candidates] + models, makes: "pool", "picks")
    choice.outputOption = "--picks"
    stages.append(Stage(name: "choose", purpose: "choose among all candidates", tasks: [choice]))
    return choice.output
  }

  private mutating func addCopies(of picks: String) {
    let tasks = settings.shards.enumerated().map { place, shard in
      Task(
        words: ["resample", "--candidates=\(picks)", "--pool=\(shard)"] + settings.words.copy,
        inputs: [picks, shard],
        output: "\(settings.outputDirectory)/shard_\(Self.number(place))\(settings.suffix)")
    }
    stages.append(Stage(name: "copy", purpose: "copy the chosen lines", tasks: tasks))
    outputs = tasks.map(\.output)
  }
}
