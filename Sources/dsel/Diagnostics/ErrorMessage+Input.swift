import Files
import Pipeline
import Reading

/// Errors of input files and their lines.
extension ErrorMessage {
  init(_ error: InputError) {
    text = Self.text(error)
  }

  private static func text(_ error: InputError) -> String {
    switch error {
    case .reading(let error, let line): reading(error, line)
    case .invalidLine(let path, let line, let error):
      "\(path):\(line): \(invalidLine(error, isTarget: false))"
    case .invalidTargetLine(let path, let line, let error):
      "\(path):\(line): \(invalidLine(error, isTarget: true))"
    case .empty(let role, let skipped): empty(role, skipped)
    case .noTokens(let role):
      "the \(name(role)) has documents, but not one token in them. "
        + "Check --text-field and the files named\(option(role))."
    case .noSuchLine(let path, let line, let lineCount):
      "\(path): there is no line \(line): it has \(Format.count(lineCount)). "
        + "Lines are counted from 1, blank ones too."
    case .blankLine(let path, let line):
      "\(path):\(line): the line is blank, and no document. Name another with --line."
    case .notRereadable(let path):
      "\(path): it is no regular file, and is read twice. Write it to a file first."
    case .tooManySkipped(let path, let skipped, let lineCount, let limit):
      tooManySkipped(path, skipped, lineCount, limit)
    case .repeatedFile(let path, let other, let canBeAllowed):
      (path.utf8.elementsEqual(other.utf8)
        ? "\(path): the file is named twice"
        : "\(path): this is the same file as \(other)")
        + (canBeAllowed
          ? ", and would count twice. Name it once, or add --allow-repeats." : ". Name it once.")
    }
  }

  private static func empty(_ role: InputRole, _ skipped: Int) -> String {
    let lines =
      skipped > 0
      ? " (\(Format.count(skipped, "invalid line")) \(skipped == 1 ? "was" : "were") skipped)" : ""
    let verb = role == .weights || role == .candidates ? "are" : "is"
    return
      "the \(name(role)) \(verb) empty: no document in any of the files\(lines). "
      + "Check the files named\(option(role))."
  }

  private static func name(_ role: InputRole) -> String {
    role == .selected ? "selection" : role.rawValue
  }

  private static func option(_ role: InputRole) -> String {
    role == .input ? "" : " with --\(role.rawValue)"
  }

  private static func reading(_ error: ReadingError, _ line: Int?) -> String {
    switch error {
    case .system(let error): return system(error)
    case .isDirectory(let path):
      let advice = path == "-" ? "Pipe a file in." : "Name its files, such as \(path)/*.jsonl.zst."
      return "\(path == "-" ? "standard input" : path): is a directory. \(advice)"
    case .damaged(let path, .needsDictionary(let id)): return needsDictionary(path, id)
    case .damaged(let path, let error): return "\(path): \(compression(error))"
    case .foreign(let path, let format, let container):
      return foreign(path, format, within: container)
    case .remote(let path):
      return "\(path): dsel reads files and standard input. \(RemoteName(path)?.reading ?? "")"
    case .lineTooLong(let path, _, let limit):
      let place = line.map { "\(path):\($0)" } ?? path
      return
        "\(place): the line is longer than \(ByteCount.phrase(limit)). Raise --max-line-bytes, or check "
        + "that the file has one JSON object a line."
    case .changed(let path):
      return
        "\(path): the file changed while it was read, or since it was weighed. Run again when nothing "
        + "writes to it."
    }
  }

  private static func invalidLine(_ error: InvalidLine, isTarget: Bool) -> String {
    let skip = "or leave such lines out with --on-error skip."
    let field =
      isTarget ? "--target-text-field (the pool's is --text-field)" : "--text-field"
    switch error {
    case .notJSON(let fault, let column):
      return "not valid JSON at byte \(column): \(fault.rawValue). Mend the line, \(skip)"
    case .notUTF8(let column):
      return "not UTF-8 at byte \(column): invalid bytes. Convert the file with 'iconv', \(skip)"
    case .notAnObject(let found):
      let advice =
        switch found {
        case .array: "Make lines of its items (jq -c '.[]')"
        case .string: "Make an object of each line (jq -c '{text: .}')"
        default: "Mend the line"
        }
      return
        "expected one JSON object a line, and found \(found.rawValue). \(advice), \(skip)"
    case .missingField(let path, let present):
      let names = present.isEmpty ? "" : " There is: \(present.joined(separator: ", "))."
      return
        "the field \"\(path)\" is missing.\(names) Name the field that holds the text with "
        + "\(field), \(skip)"
    case .notAString(let path, let found):
      return
        "the field \"\(path)\" is \(found.rawValue), and a string is expected. Name the field that "
        + "holds the text with \(field), \(skip)"
    case .sumTooLarge(let paths):
      let fields = paths.map { "\"\($0)\"" }.joined(separator: ", ")
      return
        "the log weight is too large: \(fields) times --field-scale adds up to more than 1.8e308. Give a smaller "
        + "--field-scale, \(skip)"
    case .weightTooLarge(let weight, let temperature):
      return
        "the log weight \(weight) is too large to be divided by a temperature of \(temperature). Raise --temperature, or "
        + "make the weights smaller."
    case .notANumber(let path, let found):
      return
        "the field \"\(path)\" is \(found), and a number that can stand there is expected. Name the "
        + "field that holds it, \(skip)"
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
      + "(\(Diagnostics.reasons(counts))), and --max-skipped \(limit.text) allows fewer. Look at the first with "
      + "--on-error fail: mend the file or the option that is wrong, or raise --max-skipped (100% skips any number)."
  }
}
