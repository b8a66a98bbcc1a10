import Files
import Pipeline
import Platform
import Reporting
import Writing

/// The terminal and the temporary files, which a command needs besides its settings.
struct CommandContext {
  let progress: ProgressPrinter
  let diagnostics: Diagnostics
  let registry: TemporaryFiles
  let readerUse = ReaderUse()
  let readDirectories = ReadDirectories()

  /// Finds the files of the run.
  ///
  /// - Parameter isPart: whether other runs may read further files with the same options, so that
  ///   a reader without a file means nothing.
  func finder(_ reading: ReadingOptions, isPart: Bool = false) -> FileFinder {
    FileFinder(
      diagnostics: diagnostics, readers: reading.readers.settings,
      use: isPart ? ReaderUse() : readerUse, directories: readDirectories)
  }

  /// Warns of outputs that another run would take for documents.
  func warn(of outputs: OutputSettings) {
    diagnostics.warn(readDirectories.warnings(of: outputs.paths + outputs.directories))
  }

  /// Reports on a run whose result went elsewhere.
  ///
  /// The report goes to standard error in words. With --json, it goes to standard output as JSON,
  /// or, if the result goes there, to standard error.
  ///
  /// - Throws: ``PipelineError/output(_:)``
  func report(_ report: some Report, resultIsOnStandardOutput: Bool) throws(PipelineError) {
    progress.finish()
    let isElsewhere = diagnostics.isJSON && !resultIsOnStandardOutput
    if isElsewhere { try write(ReportFormat.json.render(report)) }
    diagnostics.report(report, isElsewhere: isElsewhere)
  }

  /// Prints a report that is the result itself to standard output, and warnings to standard error.
  ///
  /// - Throws: ``PipelineError/output(_:)``
  func print(_ report: some Report, _ options: ResultOptions) throws(PipelineError) {
    progress.finish()
    try write(options.format.render(report))
    diagnostics.warn(report.warnings)
  }

  /// Prints a result to standard output.
  ///
  /// - Throws: ``PipelineError/output(_:)``
  func write(_ result: [UInt8]) throws(PipelineError) {
    do throws(SystemError) { try File.standardOutput().writeAll(result.span) } catch {
      throw .output(.writing(.system(error)))
    }
  }
}
