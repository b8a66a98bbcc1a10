import ArgumentParser
import Reading

/// Options that a work directory excludes.
enum WorkDirectoryRules {
  static func validate(_ directory: String?, files: [String], rejects: String?) throws {
    guard let directory else { return }
    guard directory != "" else { throw ValidationError("--work-dir is empty. Name a directory.") }
    guard !files.contains(where: { $0 == "-" || PipeName($0) != nil }) else {
      throw ValidationError(
        "--work-dir keeps one result per file, so standard input (-) can't be one.")
    }
    guard rejects == nil else {
      throw ValidationError(
        "--rejects can't be used with --work-dir, which reads only files that have changed.")
    }
  }
}
