import ArgumentParser
import Files
import Pipeline
import Platform
import Reporting
import Writing

/// How a run works and shows its progress.
struct RunOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Number of worker threads. (default: one per available processor)", valueName: "n"),
    transform: Count.init(parsing:))
  var threads: Count?

  @Flag(name: .shortAndLong, help: "Print only warnings and errors.")
  var quiet = false

  @Option(help: "Show progress on standard error. auto: only if it is a terminal.")
  var progress = Progress.auto

  enum Progress: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  func validate() throws {
    if let threads, !(1...Self.mostThreads).contains(threads.value) {
      throw ValidationError("--threads must be from 1 to \(Self.mostThreads).")
    }
  }

  /// The largest value of --threads.
  private static let mostThreads = 1024

  var threadCount: Int { threads?.value ?? min(Processors.count, Self.mostThreads) }

  /// Does a command's work: shows progress, removes temporary files, and prints errors.
  ///
  /// - Throws: `ExitCode.failure` once the message is printed; `ValidationError`
  func run(_ work: (CommandContext) throws -> Void) throws {
    let diagnostics = Diagnostics(isQuiet: quiet)
    let registry = TemporaryFiles { diagnostics.warn([$0.text]) }
    let signals = SignalWatch(registry)
    defer { signals.stop() }
    do {
      try work(
        CommandContext(
          progress: ProgressPrinter(progress, isQuiet: quiet), diagnostics: diagnostics,
          registry: registry))
    } catch let error as PipelineError {
      ProgressPrinter.clearLine(progress, isQuiet: quiet)
      if error.isClosedOutput { return }
      diagnostics.fail(ErrorMessage(error))
      if error.isOutOfMemory { registry.unlinkAllAndExit(status: 1) }
      throw ExitCode.failure
    } catch let error as SystemError {
      ProgressPrinter.clearLine(progress, isQuiet: quiet)
      diagnostics.fail(ErrorMessage(error))
      throw ExitCode.failure
    }
  }
}
