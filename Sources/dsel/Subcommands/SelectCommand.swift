import ArgumentParser
import Files
import Pipeline
import Reading
import Writing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `dsel select`: the whole job.
struct SelectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Select the documents of a pool that look most like a target.",
    discussion: """
      Counts hashed n-grams in the target and in the pool, gives each pool document a log importance \
      weight, and draws documents without replacement (Gumbel top-k). Selected lines are written as they \
      stand in the pool, in pool order.
      """)

  static let examples = """

    EXAMPLES:
      A tenth of the pool, to standard output:
        dsel select --target wiki.jsonl --pool crawl.jsonl.zst > selected.jsonl

      10,000 documents out of many shards, compressed, with a manifest beside them:
        dsel select --target wiki.jsonl --pool shards/*.jsonl.zst --count 10k -o selected.jsonl.zst

      Shuffled, in shards of 100 MB, and the rest of the pool beside them:
        dsel select --target wiki.jsonl --pool shards/*.jsonl.zst --shuffle --output-dir selected \\
          --shard-bytes 100M --remainder rest/

      A draw that is really random, of 5 million tokens, from a pipe:
        zcat crawl.gz | jq -c 'select(.lang == "en")' |
          dsel select --target wiki.jsonl --pool - --tokens 5M --temperature auto

      What the DSIR reference package selects without noise:
        dsel select --compat dsir --top-k --target wiki.jsonl --pool crawl.jsonl --count 10k
    """

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Size (one of)") var size: SizeOptions
  @OptionGroup(title: "Draw") var draw: DrawOptions
  @OptionGroup(title: "Models") var features: FeatureOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Run") var execution: RunOptions

  func validate() throws {
    if let compat = features.compat { try draw.validate(compat) }
    try draw.validate(features.weights)
  }

  func run() async throws {
    let diagnostics = Diagnostics(isQuiet: execution.quiet)
    let registry = TemporaryFiles()
    let signals = SignalWatch(registry)
    defer { signals.stop() }
    do {
      if output.container != .plain, output.isStandardOutput, File.standardOutput().isTerminal {
        throw ValidationError(
          "The output would be compressed bytes on a terminal. Name a file with --output.")
      }
      let settings = try settings()
      let progress = ProgressPrinter(execution.progress, isQuiet: execution.quiet)
      let manifest = try await Select(settings, progress: progress.meter, registry: registry).run()
      progress.clear()
      diagnostics.report(manifest)
    } catch let error as PipelineError {
      ProgressPrinter.clearLine(execution.progress, isQuiet: execution.quiet)
      if ErrorMessage.isClosedOutput(error) { return }
      diagnostics.fail(ErrorMessage(error).text)
      throw ExitCode.failure
    } catch let error as SystemError {
      diagnostics.fail(ErrorMessage(error).text)
      throw ExitCode.failure
    }
  }

  private func settings() throws -> SelectSettings {
    var settings = SelectSettings(targets: input.targets, pool: input.pool)
    settings.textField = input.textField
    settings.features = features.settings
    settings.pseudocount = features.poolPseudocount
    settings.targetPseudocount = features.targetPseudocount
    settings.compatibility = features.compat
    settings.size = size.size
    settings.estimator = features.weights
    settings.draw = draw.settings(features.weights)
    settings.limits = ReadingLimits(
      maximumLine: input.maxLineBytes.value, maximumWindow: input.maxWindow.value)
    settings.threadCount = execution.threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    settings.errorPolicy = input.onError == .skip ? .skip : .fail
    settings.outputs = try output.settings(rejects: input.rejects, seed: draw.seed)
    settings.annotates = output.annotate
    settings.spoolDirectory = settings.outputs.spoolDirectory
    settings.version = Dsel.version
    return settings
  }
}
