import ArgumentParser
import Pipeline
import Reading
import Resampling

/// What is read, and how.
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

  @Option(help: ArgumentHelp("Where the text is; dots lead into objects.", valueName: "path"))
  var textField = "text"

  @Option(help: "At an invalid line: fail, or skip and count it.")
  var onError = OnError.fail

  @Option(help: ArgumentHelp("Write skipped lines here.", valueName: "file"))
  var rejects: String?

  @Option(help: ArgumentHelp("The longest line that is read.", valueName: "bytes"))
  var maxLineBytes = ByteCount(256 << 20)

  @Option(help: ArgumentHelp("The largest zstd window that is allowed.", valueName: "bytes"))
  var maxWindow = ByteCount(128 << 20)

  enum OnError: String, ExpressibleByArgument, CaseIterable { case fail, skip }

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
    guard (targets + pool).count(where: { $0 == "-" }) < 2 else {
      throw ValidationError("Standard input (-) is named twice. It can be read as one input only.")
    }
    guard !textField.split(separator: ".", omittingEmptySubsequences: false).contains("") else {
      throw ValidationError(
        "--text-field '\(textField)' has an empty key. Write it like meta.doc.text.")
    }
    guard rejects == nil || onError == .skip else {
      throw ValidationError("--rejects needs --on-error skip: otherwise no line is skipped.")
    }
    guard maxLineBytes.value >= 1, maxLineBytes.value <= 2 << 30 else {
      throw ValidationError("--max-line-bytes must be from 1 to 2GiB.")
    }
    guard maxWindow.value >= 1024 else {
      throw ValidationError("--max-window must be at least 1KiB, the smallest window of zstd.")
    }
  }
}
