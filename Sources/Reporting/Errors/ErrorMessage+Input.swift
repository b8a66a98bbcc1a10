internal import Files
internal import Pipeline
internal import Reading

/// Errors of input files.
extension ErrorMessage {
  init(_ error: InputError) { text = Self.text(error) }

  private static func text(_ error: InputError) -> String {
    switch error {
    case .reading(let error, let line): reading(error, line)
    case .invalidLine(let path, let line, let error):
      "\(path):\(line): \(invalidLine(error, of: .pool))"
    case .invalidTargetLine(let path, let line, let error):
      "\(path):\(line): \(invalidLine(error, of: .target))"
    case .invalidEvaluationLine(let path, let line, let error):
      "\(path):\(line): \(invalidLine(error, of: .evaluation))"
    case .invalidWeightLine(let path, let line, let error):
      "\(path):\(line): \(invalidLine(error, of: .weights))"
    case .noWeightColumn(let path, let field, let present):
      "\(path): \(missingColumn("the field \(field)", present)) Name a file of weights from 'dsel weigh'."
    case .empty(let role, let skipped): empty(role, skipped)
    case .noTokens(let role):
      "\(role.subject) without tokens: its documents have no text. Check --text-field and "
        + "\(files(of: role))."
    case .noSuchID(let id, let field, let skippedCount):
      "no document has the value '\(id)' in its field \"\(field)\". Name another field with "
        + "--id-field, or the line with --line."
        + (skippedCount > 0
          ? " Invalid lines, of which there are \(Format.count(skippedCount)), have no name." : "")
    case .noSuchLine(let path, let line, let lineCount):
      "\(path): the file has no line \(line): it has \(Format.count(lineCount, "line")). Lines "
        + "count from 1, and blank lines count too."
    case .blankLine(let path, let line):
      "\(path):\(line): the line is blank. Name another one with --line."
    case .notRereadable(let path):
      "\(path): this is not a regular file, and dsel reads it twice. Write it to a file first."
    case .tooManySkipped(let path, let skipped, let lineCount, let limit):
      tooManySkipped(path, skipped, lineCount, limit)
    case .list(let error): list(error)
    case .repeatedFile(let path, let other, let canBeAllowed):
      (ExactString(path) == ExactString(other)
        ? "\(path): the file is named twice"
        : "\(path): this is the same file as \(other)")
        + (canBeAllowed
          ? ", and would count twice. Name it once, or add --allow-repeats." : ". Name it once.")
    }
  }

  /// What helps where results of an earlier run stand for the file as it was.
  static let planAdvice =
    "If this is part of a plan, run 'dsel plan' again with another --work-dir and --output-dir."

  private static func empty(_ role: InputRole, _ skipped: Int) -> String {
    let lines =
      skipped > 0
      ? " (\(Format.count(skipped, "invalid line")) \(skipped == 1 ? "was" : "were") skipped)" : ""
    return
      "\(role.subject) empty: no document in any of the files\(lines). Check \(files(of: role))."
  }

  private static func files(of role: InputRole) -> String {
    role.option.map { "the files named with \($0)" } ?? "the files named"
  }

  static func reading(_ error: ReadingError, _ line: Int?) -> String {
    switch error {
    case .system(let error): return system(error)
    case .isDirectory(let path):
      return path == "-"
        ? "\(File.standardInputName): this is a directory. Pipe in a file."
        : "\(path): this is a directory. Name a file in it."
    case .damaged(let path, let error): return damaged(path, error)
    case .foreign(let path, let format, let container):
      return foreign(path, format, within: container)
    case .parquet(let path, let fault): return parquet(path, fault)
    case .remote(let path):
      return "\(path): dsel reads files and standard input. \(RemoteName(path)?.reading ?? "")"
    case .lineTooLong(let path, _, let limit):
      let place = line.map { "\(path):\($0)" } ?? path
      return
        "\(place): the line is longer than \(Format.bytePhrase(limit)). Raise --max-line-bytes, or "
        + "check that the file has one JSON object per line."
    case .changed(let path):
      return
        "\(path): the file changed while it was read, or since it was weighed. Run again when "
        + "nothing writes to it. \(planAdvice)"
    case .reader(let path, let fault): return reader(path, fault)
    }
  }

  private static func tooManySkipped(
    _ path: String, _ skipped: [InvalidLine.Reason: Int], _ lineCount: Int, _ limit: SkipLimit
  ) -> String {
    let counts = Dictionary(
      uniqueKeysWithValues: skipped.map { (ExactString($0.key.rawValue), $0.value) })
    let count = counts.values.reduce(0, +)
    return
      "\(path): \(Format.count(count)) of \(Format.count(lineCount)) lines are invalid "
      + "(\(InputWarnings.reasons(counts))), more than --max-skipped \(limit.argument) allows. Use "
      + "--on-error fail to see the first. Then fix the file or the option that is wrong, or raise "
      + "--max-skipped (100% allows any number)."
  }
}
