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

  @Flag(
    name: .shortAndLong,
    help: "Add further figures to the summary, and show messages of --reader commands.")
  var verbose = false

  @Option(
    help: """
      Show progress on standard error. auto: only if it is a terminal. json: as lines of JSON.
      """)
  var progress = Progress.auto

  enum Progress: String, ExpressibleByArgument, CaseIterable { case auto, always, never, json }

  func validate() throws {
    if quiet, verbose { throw ValidationError("Use --quiet or --verbose, not both.") }
    if let threads, !(1...Self.mostThreads).contains(threads.value) {
      throw ValidationError("--threads must be from 1 to \(Self.mostThreads).")
    }
  }

  /// The largest value of --threads.
  private static let mostThreads = 1024

  var threadCount: Int { threads?.value ?? min(Processors.count, Self.mostThreads) }

  /// Does a command's work: see ``Execution``.
  ///
  /// - Throws: `ExitCode.failure` once the message is printed; `ValidationError`
  func run(json: Bool, _ work: (CommandContext) throws -> Void) throws {
    try Execution(isQuiet: quiet, isVerbose: verbose, progress: progress).run(json: json, work)
  }
}

/// How a command's work is accompanied, whether or not the command has all of ``RunOptions``.
struct Execution {
  var isQuiet = false
  var isVerbose = false
  var progress: RunOptions.Progress

  /// Does a command's work: shows progress, removes temporary files, and prints errors.
  ///
  /// - Parameter json: whether warnings and errors are lines of JSON.
  /// - Throws: `ExitCode.failure` once the message is printed; `ValidationError`
  func run(json: Bool, _ work: (CommandContext) throws -> Void) throws {
    guard !json || progress != .always else {
      throw ValidationError(
        "--progress always draws a bar on standard error, where --json prints lines of JSON. Use "
          + "--progress json.")
    }
    let diagnostics = Diagnostics(isQuiet: isQuiet, isVerbose: isVerbose, isJSON: json)
    let registry = TemporaryFiles { diagnostics.warn([$0.text]) }
    let signals = SignalWatch(registry)
    defer { signals.stop() }
    // Lines of JSON stay whole.
    if isVerbose, !json, progress != .json { ChildGroups.showMessages() }
    defer { ChildGroups.endAll() }
    let printer = ProgressPrinter(progress, diagnostics)
    do {
      let context = CommandContext(
        progress: printer, diagnostics: diagnostics, registry: registry)
      try work(context)
      diagnostics.warn(context.readerUse.warnings)
    } catch let error as PipelineError {
      printer.clear()
      if error.isClosedOutput { return }
      diagnostics.fail(error)
      if error.isOutOfMemory { registry.unlinkAllAndExit(status: 1) }
      throw ExitCode.failure
    } catch let error as SystemError {
      printer.clear()
      diagnostics.fail(error)
      throw ExitCode.failure
    }
  }
}
