/// A manifest can't be used, or a question about its selection has no answer.
package enum VerifyError: Error {
  /// It isn't the manifest of a selection.
  case notManifest(path: String)
  /// It is a directory.
  case isDirectory(path: String)
  /// It is neither a manifest, nor a model or candidates.
  case notVerifiable(path: String)
  /// It is of an older version, and doesn't have the command line.
  case noCommand(path: String)
  /// It is of a selection on many machines.
  case distributed(path: String)
  /// It is of another command than `select`, or one that isn't understood.
  case notOfSelect(path: String, command: String)
  /// The run read standard input, which can't be read again.
  case readStandardInput(path: String)
  /// The run's commands would be started, which wasn't allowed.
  case hasReaders(path: String)
  /// The directory of the run is gone.
  case noDirectory(path: String, directory: String)
  /// A file isn't what it was when the selection was made.
  case changedInput(path: String, manifest: String)
  /// The same command selects other documents now.
  case otherSelection(manifest: String, version: String)
  /// A line is named without its file, and the pool has several files.
  case severalFiles(count: Int)
  /// No file of the pool has this name, or several end with it.
  case noSuchFile(path: String)
  /// Too many documents are asked for at once.
  case tooManyDocuments(limit: Int)
}
