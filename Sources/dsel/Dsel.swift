import ArgumentParser
import CMalloc
import Files
import Pipeline
import Platform
import Reporting

/// The command `dsel`.
@main struct Dsel: ParsableCommand {
  /// The only place that names the version: packages take it from this line.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "dsel",
    abstract: "Select training data for language models by importance resampling (DSIR).",
    discussion: """
      dsel selects, from a pool of text too large to read, the documents that look most like a \
      target: a set of example documents. Documents are lines of JSON (JSONL), plain or \
      compressed with zstd or gzip, or rows of Parquet files.

        dsel select --target wiki.jsonl --pool crawl.jsonl.zst > selected.jsonl

      Exit status: 0 success, 1 failure, 64 wrong command line.
      """,
    version: versionText,
    subcommands: [
      SelectCommand.self, FitCommand.self, MergeCommand.self, WeighCommand.self,
      ResampleCommand.self, CompareCommand.self, ExplainCommand.self, ShowCommand.self,
      VerifyCommand.self, ReportCommand.self, PlanCommand.self, ManualCommand.self,
    ])

  /// The command that is carried out, for manifests.
  static var invocation: Invocation {
    .now(
      arguments: FileName.arguments(), directory: FileName.workingDirectory(),
      kernels: Kernels.chosen.name)
  }

  /// What `--version` prints: the version alone on the first line, for programs.
  private static var versionText: String {
    let commit = Build.commit.map { ["commit: \($0)"] } ?? []
    return ([version, "kernels: \(Kernels.chosen.name)"] + commit).joined(separator: "\n")
  }

  /// - Throws: ``ValidationError`` if the environment names kernels that aren't there.
  private static func refuseMissingKernels() throws {
    guard let name = Kernels.refused else { return }
    let names = Kernels.available.map(\.name).joined(separator: ", ")
    throw ValidationError(
      """
      \(Kernels.variable) is '\(name)', and this processor has these kernels: \(names). Name one \
      of them, or unset \(Kernels.variable): dsel takes the fastest.
      """)
  }

  /// Parses the command line and runs the command.
  ///
  /// Help for a subcommand ends with its examples, which ArgumentParser can't place after the
  /// options.
  static func main() {
    File.reserveStandardDescriptors()
    dsel_return_large_blocks()
    // A closed reader becomes an error of write(2) and doesn't end the process.
    signal(SIGPIPE, SIG_IGN)
    let arguments = FileName.arguments()
    let review = CommandLineReview(arguments)
    var isParsed = false
    do {
      try refuseMissingKernels()
      var command = try parse(arguments)
      isParsed = true
      try review.refuseRepeats()
      try command.run()
    } catch {
      var message = fullMessage(for: error)
      var status = exitCode(for: error)
      // The parser checks values first, and so may miss that an option's name is misspelt.
      let isRefused =
        error is CommandLineFault || status == .validationFailure || arguments.first == "help"
      let fault = isRefused ? error as? CommandLineFault ?? (try? review.fault()) : nil
      if let fault {
        message = "Error: \(fault.message)\n\(review.usage)"
        status = .validationFailure
      } else if isParsed, status == .validationFailure {
        // The parser knows no longer which command it was.
        message = "Error: \(self.message(for: error))\n\(review.usage)"
      }
      if status == .success, let examples = examples(behind: message) {
        print(message)
        print("\nEXAMPLES:")
        for line in examples.split(separator: "\n", omittingEmptySubsequences: false) {
          print(line.isEmpty ? "" : "  \(line)")
        }
        exit()
      }
      if status == .success, arguments.first?.hasPrefix("--generate-completion-script") == true {
        print(CompletionScript.completed(message))
        exit()
      }
      guard status != .success else { exit(withError: error) }
      // The parser repeats arguments, which may be file names from anywhere.
      if !message.isEmpty, review.asksForJSON {
        let text = fault?.message ?? self.message(for: error)
        let report =
          status == .validationFailure
          ? ErrorReport(usage: text, help: review.helpCommand) : ErrorReport(other: text)
        Diagnostics.write(Event.error(report).line)
      } else if !message.isEmpty {
        let text = PrintableText.of(message, keepsLines: true) + "\n"
        try? File.standardError().writeAll(Array(text.utf8).span)
      }
      exit(withError: status)
    }
  }

  /// Parses the command line.
  ///
  /// From the root, the parser makes the list of a subcommand's options once more, which takes
  /// milliseconds. So the subcommand is tried first. If it fails, or asks for help, the root does
  /// it all again, since its messages name the whole command.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let subcommand = configuration.subcommands.first {
      $0.configuration.commandName == arguments.first
    }
    // To show help is another command.
    if let subcommand, let command = try? subcommand.parseAsRoot(Array(arguments.dropFirst())),
      type(of: command) == subcommand
    {
      return command
    }
    return try parseAsRoot(arguments)
  }

  /// The examples of the command whose help `message` is.
  private static func examples(behind message: String) -> String? {
    // Writing the help of all commands takes longer than starting the program.
    guard message.hasPrefix("OVERVIEW: ") else { return nil }
    for command in configuration.subcommands where message == helpMessage(for: command) {
      return (command as? any CommandWithExamples.Type)?.examples
    }
    return nil
  }
}

/// A command whose help, and manual page, end with examples.
protocol CommandWithExamples: ParsableCommand {
  /// A description of each example, and under it the command, indented by two spaces.
  static var examples: String { get }
}
