import ArgumentParser
import Files
import Pipeline
import Reporting

/// `dsel plan`: the commands that make one selection on many machines.
struct PlanCommand: ParsableCommand, CommandWithExamples {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print the commands that make one selection on many machines.",
    usage:
      "dsel plan [<options>] select --target <file> ... --pool <file> ... --count <n> --output-dir <dir> ...",
    discussion: """
      Takes a command line of 'dsel select' and prints the commands that write the same bytes, one \
      output for each shard of the pool that has chosen lines: as a makefile, as plain lines for GNU parallel, or as a \
      script for Slurm. Nothing is read or written. All machines need the same files under the \
      same names.
      """)

  static let examples = """
    With make, 16 commands at a time:
      dsel plan select --target wiki.jsonl --pool shards/*.jsonl.zst --count 1M --output-dir selected > plan.mk
      make -j 16 -f plan.mk

    On Slurm, with a partition of your own:
      dsel plan --format slurm select --target wiki.jsonl --pool shards/ --count 1M --output-dir selected > plan.sh
      bash plan.sh --partition=cpu --mem=4G

    The commands of one stage, for GNU parallel:
      dsel plan --format commands --stage 2 select --target wiki.jsonl --pool shards/ --count 1M --output-dir selected |
        parallel --halt now,fail=1
    """

  enum Format: String, ExpressibleByArgument, CaseIterable { case make, commands, slurm }

  @Option(
    help: """
      make: a makefile. commands: a command in each line. slurm: a script that submits an array of \
      jobs for each stage.
      """)
  var format = Format.make

  @Option(
    help: ArgumentHelp(
      "With --format commands: only the commands of this stage, from 1.", valueName: "n"))
  var stage: Int?

  @Option(
    help: ArgumentHelp(
      "Directory for models and candidates, which may be removed afterwards.", valueName: "dir"),
    completion: .directory)
  var workDir = "work"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      One command reads small shards up to this size together. Shards that aren't compressed count \
      a third.
      """, valueName: "bytes"), transform: ByteCount.init(parsing:))
  var taskBytes = ByteCount(180_000_000)

  @Flag(
    help: """
      For a set: keep candidates without their n-grams first, and find the n-grams of those that \
      are left of the whole pool. Reads each shard once more, and writes less.
      """)
  var twoRounds = false

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("'select' and its options.", valueName: "select"))
  var words: [String] = []

  func validate() throws {
    // The parser leaves all words that it doesn't know, also the request for help, to `words`.
    if let first = words.first, ["-h", "--help"].contains(first) {
      throw CleanExit.helpRequest(Self.self)
    }
    guard !workDir.isEmpty else {
      throw ValidationError("--work-dir is empty. Name a directory.")
    }
    guard words.first == "select" else {
      throw ValidationError(
        words.isEmpty
          ? "The selection is missing. Write 'dsel plan select …', with the options of 'dsel select'."
          : "Only 'dsel select' can be planned. Write 'dsel plan select …', and the plan's own "
            + "options before 'select'.")
    }
    guard taskBytes.value >= 1 else {
      throw ValidationError(
        "--task-bytes must be at least 1, which gives each shard commands of its own.")
    }
    guard stage == nil || format == .commands else {
      throw ValidationError("--stage needs --format commands.")
    }
  }

  func run() throws {
    try Execution(progress: .never).run(json: false) { context in
      let plan = try SelectionRequest(Array(words.dropFirst())).plan(self, context)
      try context.write(Array(try text(plan).flatMap { FileName.bytes(of: String($0)) }))
    }
  }

  private func text(_ plan: StagedSelection) throws -> String {
    switch format {
    case .make:
      if let name = plan.directories.first(where: { !PlanText.isPlain($0) }) {
        throw ValidationError(
          "Make can't take '\(name)' as a name. Use one of letters, digits, '_', '-', '.', '/', "
            + "or another --format.")
      }
      return PlanText.makefile(plan)
    case .slurm: return PlanText.slurm(plan, work: workDir)
    case .commands:
      guard let stage else { return PlanText.commands(plan) }
      let count = plan.stages.count + 1
      guard (1...count).contains(stage) else {
        throw ValidationError("--stage must be from 1 to \(count): this plan has \(count) stages.")
      }
      return PlanText.stage(stage, of: plan)
    }
  }
}
