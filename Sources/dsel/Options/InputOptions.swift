import ArgumentParser
import Pipeline
import Resampling

/// What `select` reads, and how.
struct InputOptions: ParsableArguments {
  @Option(
    name: .customLong("target"), parsing: .upToNextOption,
    help: ArgumentHelp("What you wish you had more of.", valueName: "file"))
  var targets: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What to choose from: files in order, .zst and .gz too; - is standard input.",
      valueName: "file"))
  var pool: [String] = []

  @OptionGroup var reading: ReadingOptions
  @OptionGroup var rejecting: RejectOptions

  func validate() throws {
    guard !targets.isEmpty else {
      throw ValidationError(
        "--target is missing. Name the files that the selection should resemble.")
    }
    guard !pool.isEmpty else {
      throw ValidationError(
        "--pool is missing. Name the files to select from, or - for standard input.")
    }
    guard pool.count <= Candidate.maximumShardCount else {
      throw ValidationError(
        "--pool names \(pool.count) files, and \(Candidate.maximumShardCount) are the most. "
          + "Join some: files of one container may be concatenated.")
    }
    try ReadingOptions.validateFiles(targets + pool)
    try rejecting.validate(with: reading)
  }
}
