import ArgumentParser

/// Options that a work directory excludes.
enum WorkDirectoryRules {
  static func validate(_ directory: String?, files: [String], rejects: String?) throws {
    guard let directory else { return }
    guard directory != "" else { throw ValidationError("--work-dir is empty. Name a directory.") }
    guard !files.contains("-") else {
      throw ValidationError(
        "--work-dir keeps one result per file, so standard input (-) can't be one.")
    }
    guard rejects == nil else {
      throw ValidationError(
        "--rejects can't be used with --work-dir, which reads only files that have changed.")
    }
  }
}
