/// A run that a manifest tells about.
package struct RecordedRun: Sendable {
  let stored: StoredManifest
  /// The path of the manifest.
  package let path: String

  /// - Throws: ``PipelineError`` if the file is no manifest.
  package init(path: String) throws(PipelineError) {
    stored = try StoredManifest(path: path)
    self.path = path
  }

  /// The words of its command line, and the directory in which it was started.
  ///
  /// - Throws: ``VerifyError/noCommand(path:)``, ``VerifyError/distributed(path:)``
  package func command() throws(PipelineError) -> Invocation {
    guard !stored.isDistributed else { throw .verifying(.distributed(path: path)) }
    guard let command = stored.timings?.command else { throw .verifying(.noCommand(path: path)) }
    return command
  }

  /// The time that the run took.
  package var totalSeconds: Double? { stored.timings?.totalSeconds }
}
