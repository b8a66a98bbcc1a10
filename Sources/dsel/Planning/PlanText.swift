import Reporting

/// The text of a plan, for the program that carries it out.
enum PlanText {
  /// A makefile: `make -f FILE -j 8`.
  static func makefile(_ plan: StagedSelection) -> String {
    // Make would take some characters of other names as its own.
    var origin = plan.origin
    if !(origin.file.map(isPlain) ?? true) { origin.file = nil }
    if !(origin.directory.map(isPlain) ?? true) { origin.directory = nil }
    var lines = [
      "# One selection by 'dsel plan'. Run it with: make -j 8 -f THIS_FILE",
      "# What is there already isn't made again.",
      "",
      "ifneq ($(shell \(quotedForMake(preparation(plan, origin))) && echo ready),ready)",
      "$(error \(quotedForMake(plan.directories[1])) can't be prepared: see the message above)",
      "endif",
      "",
      "# By its own rules, make would replace x.jsonl by what it makes of x.jsonl.c or x.jsonl.sh.",
      ".SUFFIXES:",
      "MAKEFLAGS += --no-builtin-rules",
      "",
      ".PHONY: all",
      "all: \(plan.outputs.filter(isPlain).joined(separator: " "))",
    ]
    for stage in plan.stages {
      lines += ["", "# \(stage.purpose)"]
      for task in stage.tasks {
        // Make has no way to write other names.
        let inputs = task.inputs.filter(isPlain)
        lines.append("\(task.output):\(inputs.map { " \($0)" }.joined())")
        let guardWords = task.isLast ? guarding(plan) : ""
        lines.append("\t\(quotedForMake(guardWords + command(task, replaces: true)))")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A command in each line, and a comment before each stage. The first that fails ends it.
  static func commands(_ plan: StagedSelection) -> String {
    let purposes = ["prepare"] + plan.stages.map(\.purpose)
    let head = "# One selection by 'dsel plan'. What is there already isn't made again.\nset -e\n"
    return head
      + purposes.enumerated().map { place, purpose in
        "# \(place + 1) of \(purposes.count): \(purpose)\n\(stage(place + 1, of: plan))"
      }.joined()
  }

  /// The commands of one stage, a line each.
  ///
  /// - Parameter number: from 1.
  static func stage(_ number: Int, of plan: StagedSelection) -> String {
    let lines =
      number == 1
      ? [preparation(plan, plan.origin)]
      : plan.stages[number - 2].tasks.map { line($0, plan) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A script that submits an array of jobs for each stage.
  static func slurm(_ plan: StagedSelection, work: String) -> String {
    var lines = slurmHead.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines.append(preparation(plan, plan.origin))
    lines.append("work=\(ShellWord.quoted(work))")
    for (place, stage) in plan.stages.enumerated() {
      lines += ["", "# \(stage.purpose)", "submit \(place + 1)-\(stage.name) <<'COMMANDS'"]
      lines += stage.tasks.map { line($0, plan) }
      lines.append("COMMANDS")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// An array may have a thousand jobs on most clusters; each runs every thousandth line then.
  private static let slurmHead = """
    #!/bin/bash
    # One selection by 'dsel plan'. Run this script where sbatch is. Words after its name go to sbatch:
    #   bash THIS_FILE --partition=cpu --mem=4G
    # If jobs fail, run it again: what is there already isn't made again.
    set -euo pipefail

    options=("$@")
    after=
    # Submits the commands on standard input, a line each, to run after those before.
    submit() {
      local file=$work/$1.sh count jobs run
      cat > "$file"
      count=$(wc -l < "$file")
      jobs=$((count < 1000 ? count : 1000))
      printf -v run 'awk -v n=%d -v i="$SLURM_ARRAY_TASK_ID" "NR %% n == i %% n" %q | bash -e' "$jobs" "$file"
      after=$(sbatch --parsable --job-name="dsel-$1" --array="1-$jobs" --output="$work/$1-%a.log" \\
        ${after:+--dependency=afterok:$after} ${options[@]+"${options[@]}"} --wrap "$run")
      after=${after%%;*}
      echo "$1: job $after with $jobs tasks"
    }
    """

  /// Makes the directories, and ends the shell with an error if the selection's directory has
  /// another selection.
  ///
  /// Takes away the manifests of parts of which an output is gone, so that these are made again.
  private static func preparation(
    _ plan: StagedSelection, _ origin: StagedSelection.Origin
  ) -> String {
    let mark = ShellWord.quoted(mark(of: plan))
    let message = ShellWord.quoted(
      "\(plan.directories[1]) has another selection. Name another --output-dir, or remove it.")
    // A mark without files is that of a plan that failed. Files without it come from elsewhere, and
    // then get none. They are all counted: 'ls' must not end before its last line is read.
    let files =
      #""$(ls -- \#(ShellWord.quoted(plan.directories[1])) "#
      + #"| grep -c -e ^shard_ -e ^manifest.json -e '^part_[0-9]*[.]manifest[.]json')""#
    return originCheck(origin) + "mkdir -p "
      + plan.directories.map(ShellWord.quoted).joined(separator: " ")
      + " && { test \(files) != 0 || echo \(plan.name) > \(mark); } "
      + "&& { \(isMarked(plan)) || { echo \(message) >&2; false; }; } "
      + "&& \(forgetting(plan.directories[1])) || exit 1"
  }

  /// Fails if a file is missing that was there when the plan was made.
  private static func originCheck(_ origin: StagedSelection.Origin) -> String {
    guard let file = origin.file else { return "" }
    let place = origin.directory.map { "in '\($0)'" } ?? "in another directory"
    let message = ShellWord.quoted(
      "'\(file)' isn't there. The plan was made \(place): start it there, on a machine that sees the "
        + "same files.")
    return "{ test -e \(ShellWord.quoted(file)) || { echo \(message) >&2; false; }; } && "
  }

  /// The file that says which selection the directory is for.
  private static func mark(of plan: StagedSelection) -> String {
    "\(plan.directories[1])/.dsel-plan"
  }

  private static func isMarked(_ plan: StagedSelection) -> String {
    "test \"$(cat \(ShellWord.quoted(mark(of: plan))) 2> /dev/null)\" = \(plan.name)"
  }

  /// Stands before a command that writes to the selection's directory, and ends the shell if that
  /// isn't prepared, or has got another selection meanwhile.
  private static func guarding(_ plan: StagedSelection) -> String {
    let message = ShellWord.quoted(
      "\(plan.directories[1]) isn't prepared for this selection, or was prepared for another one "
        + "since. Run the plan from its start, or plan with another --output-dir.")
    return "\(isMarked(plan)) || { echo \(message) >&2; exit 1; }; "
  }

  /// All manifests are read by one program, and their shards are in a list by themselves.
  private static func forgetting(_ directory: String) -> String {
    let listed =
      #"/^  "shards"/ { on = 1 } /^  \]/ { on = 0 } on && match($0, /shard_[0-9]+[.a-z]+/) "#
      + "{ print FILENAME, substr($0, RSTART, RLENGTH) }"
    return "( cd -- \(ShellWord.quoted(directory)) && "
      + "find . -maxdepth 1 -name 'part_*.manifest.json' -exec awk '\(listed)' {} + "
      + "| while read -r manifest shard; do test -e \"$shard\" || rm -f \"$manifest\"; done )"
  }

  /// A command that does nothing if its file is there.
  private static func line(_ task: StagedSelection.Task, _ plan: StagedSelection) -> String {
    (task.isLast ? guarding(plan) : "")
      + "test -e \(ShellWord.quoted(task.output)) || \(command(task))"
  }

  private static func command(_ task: StagedSelection.Task, replaces: Bool = false) -> String {
    let words =
      ["dsel"] + task.words + (replaces && !task.words.contains("--force") ? ["--force"] : []) + [
        "\(task.outputOption)=\(task.output)"
      ]
    return words.map(ShellWord.quoted).joined(separator: " ")
  }

  private static func quotedForMake(_ text: String) -> String {
    text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
  }

  /// Whether make takes the name as one word, and as it is.
  static func isPlain(_ name: String) -> Bool {
    name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "+"), UInt8(ascii: "@"),
        UInt8(ascii: ","):
        true
      default: false
      }
    }
  }
}
