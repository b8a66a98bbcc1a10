import ArgumentParser
import Pipeline
import Reading
import Reporting
import Resampling

/// Finds a run's files of documents: those that are named, and those in directories and lists.
struct FileFinder {
  let diagnostics: Diagnostics
  /// The commands that read some files, which need not exist.
  let readers: ReaderSettings
  let use: ReaderUse
  let directories: ReadDirectories

  /// - Throws: ``PipelineError``
  func files(_ paths: [String]) throws -> [String] {
    var found = FoundFiles(readers: readers)
    for path in paths { try found.add(path) }
    return files(found)
  }

  /// The files of a pool.
  ///
  /// - Throws: ``PipelineError``, `ValidationError`
  func files(_ paths: [String], _ lists: FileListOptions) throws -> [String] {
    var found = FoundFiles(readers: readers)
    for path in paths { try found.add(path) }
    for list in lists.filesFrom { try found.add(listedIn: list, endsInNUL: lists.null) }
    try Self.checkCount(found.paths.count)
    return files(found)
  }

  private func files(_ found: FoundFiles) -> [String] {
    for leftOut in found.leftOut { diagnostics.note(leftOut.note) }
    use.note(found.paths, readers)
    directories.note(found.directories)
    return found.paths
  }

  /// Refuses a pool of too many files.
  ///
  /// - Throws: `ValidationError`
  static func checkCount(_ count: Int) throws {
    guard count <= Candidate.maximumShardCount else {
      throw ValidationError(
        "--pool names \(count) files, but the limit is \(Candidate.maximumShardCount). Join some: "
          + "files with the same compression can be concatenated.")
    }
  }
}
