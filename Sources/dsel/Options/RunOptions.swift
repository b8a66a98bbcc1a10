import ArgumentParser
import Files
import Pipeline
import Platform
import Writing

/// How the run shows itself.
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

  /// The most threads that can be asked for.
  private static let mostThreads = 1024

  var threadCount: Int { threads?.value ?? min(Processors.count, Self.mostThreads) }

  /// What a command's work has around it.
  struct CommandContext {
    let progress: ProgressPrinter
    let diagnostics: Diagnostics
    let registry: TemporaryFiles

    /// Writes a result to standard output.
    ///
    /// - Throws: ``PipelineError/output(_:)``
    func write(_ result: [UInt8]) throws {
      progress.clear()
      do throws(SystemError) { try File.standardOutput().writeAll(result.span) } catch {
        throw PipelineError.output(.writing(.system(error)))
      }
    }
  }

  /// Does a command's work: with progress, without leaving temporary files behind, and with messages for errors.
  ///
  /// - Throws: `ExitCode.failure` once the message is out, `ValidationError`
  func run(_ work: (CommandContext) throws -> Void) throws {
    let diagnostics = Diagnostics(isQuiet: quiet)
    let registry = TemporaryFiles { diagnostics.warn([ErrorMessage.warning($0)]) }
    let signals = SignalWatch(registry)
    defer { signals.stop() }
    do {
      try work(
        CommandContext(
          progress: ProgressPrinter(progress, isQuiet: quiet), diagnostics: diagnostics,
          registry: registry))
    } catch let error as PipelineError {
      ProgressPrinter.clearLine(progress, isQuiet: quiet)
      if ErrorMessage.isClosedOutput(error) { return }
      diagnostics.fail(ErrorMessage(error).text)
      if ErrorMessage.isOutOfMemory(error) { registry.unlinkAllAndExit(status: 1) }
      throw ExitCode.failure
    } catch let error as SystemError {
      ProgressPrinter.clearLine(progress, isQuiet: quiet)
      diagnostics.fail(ErrorMessage(error).text)
      throw ExitCode.failure
    }
  }
}
