package import Writing

extension WritingWarning {
  package var text: String {
    switch self {
    case .noSync(let directory):
      "\(directory): the file system has no fsync, so outputs may not survive a power failure just "
        + "after the run. Check them if there was one."
    }
  }
}
