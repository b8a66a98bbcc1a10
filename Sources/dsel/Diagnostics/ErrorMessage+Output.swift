import Pipeline
import Writing

/// Errors of output files.
extension ErrorMessage {
  init(_ error: OutputError) {
    switch error {
    case .writing(let error): text = Self.writing(error)
    case .isInput(let path):
      text = "\(path): the output is also an input. Write to another file."
    case .isOutput(let path):
      text = "\(path): two outputs would be this one file. Give each a name of its own."
    }
  }

  private static func writing(_ error: WritingError) -> String {
    switch error {
    case .system(let error): system(error)
    case .compression(let error): "the output can't be compressed: \(compression(error))"
    case .outputExists(let path):
      "\(path): the file exists. Add --force to replace it, or name another."
    case .linkExists(let path, let target):
      "\(path): is a link to \(target), which does not exist. Name that to write there, or add --force to replace the "
        + "link."
    case .isDirectory(let path):
      "\(path): is a directory. Name a file in it, or write shards with --output-dir."
    case .notDirectory(let path):
      "\(path): is no directory, and shards go to one. Name another, or write one file."
    case .shardsExist(let path):
      "\(path): the directory holds shards. Add --force to replace all of them, or name another."
    case .directoryInUse(let path):
      "\(path): another run of dsel writes shards there. Wait for its end, or name another directory."
    case .noRename(let directory, let error):
      "\(directory): files can't be renamed there (\(error.reason.lowercasedFirst)), as on some mounts of object stores, so "
        + "no output can appear whole. Write to another file system and copy the result, or to standard output."
    case .noLockAnswer(let directory, let seconds):
      "\(directory): the file system gave no answer to a lock (flock) for \(seconds) s, as NFS without its lock service does. "
        + "Mount it with local_lock=flock (or nolock), or write to another file system."
    }
  }

  /// What is worth a word before a run.
  static func warning(_ warning: WritingWarning) -> String {
    switch warning {
    case .noSync(let directory):
      "\(directory): the file system has no fsync, so outputs may not survive a loss of power just after the run. Check "
        + "them if there was one."
    }
  }
}
