import Compression
import Files
import Pipeline
import Platform
import Reading
import Writing

/// Turns the facts of an error into sentences: where, what is wrong, what to do.
struct ErrorMessage {
  let text: String

  init(_ error: PipelineError) {
    switch error {
    case .reading(let error, let line): text = Self.reading(error, line)
    case .invalidLine(let path, let line, let error):
      text = "\(path):\(line): \(Self.invalidLine(error, isTarget: false))"
    case .invalidTargetLine(let path, let line, let error):
      text = "\(path):\(line): \(Self.invalidLine(error, isTarget: true))"
    case .writing(let error): text = Self.writing(error)
    case .outputIsInput(let path):
      text = "\(path): the output is also an input. Write to another file."
    case .outputIsOutput(let path):
      text = "\(path): two outputs would be this one file. Give each a name of its own."
    case .empty(let role, let skipped):
      let lines =
        skipped > 0
        ? " (\(Format.count(skipped, "invalid line")) \(skipped == 1 ? "was" : "were") skipped)"
        : ""
      let verb = role == .weights || role == .candidates ? "are" : "is"
      text =
        "the \(Self.name(role)) \(verb) empty: no document in any of the files\(lines). "
        + "Check the files named\(Self.option(role))."
    case .noTokens(let role):
      text =
        "the \(Self.name(role)) has documents, but not one token in them. "
        + "Check --text-field and the files named\(Self.option(role))."
    case .noSuchLine(let path, let line, let lineCount):
      text =
        "\(path): there is no line \(line): it has \(Format.count(lineCount)). "
        + "Lines are counted from 1, blank ones too."
    case .blankLine(let path, let line):
      text = "\(path):\(line): the line is blank, and no document. Name another with --line."
    default: text = Self.silent(error) ?? Self.composition(error)
    }
  }

  private static func name(_ role: PipelineError.Role) -> String {
    role == .selected ? "selection" : role.rawValue
  }

  private static func option(_ role: PipelineError.Role) -> String {
    role == .input ? "" : " with --\(role.rawValue)"
  }

  init(_ error: SystemError) {
    text = Self.system(error)
  }

  /// True if whoever read standard output has gone, which is nobody's fault.
  static func isClosedOutput(_ error: PipelineError) -> Bool {
    if case .writing(.system(let error)) = error { return error.isClosedPipe }
    return false
  }

  /// True if there is no memory left. Dispatch, which an orderly end would need, waits for some for ever.
  static func isOutOfMemory(_ error: PipelineError) -> Bool {
    switch error {
    case .reading(.system(let error), _), .writing(.system(let error)): error.operation == .allocate
    case .reading(.damaged(_, .outOfMemory), _), .writing(.compression(.outOfMemory)): true
    default: false
    }
  }

  /// The text with control characters spelled out: names and texts come from anywhere, and a terminal acts on
  /// what it is sent. So are the bytes of names that are no UTF-8.
  ///
  /// - Parameter keepsLines: whether the text is of several lines; otherwise a name with a line feed in it could
  ///   pass for a message.
  static func printable(_ text: String, keepsLines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\n" || !keepsLines, .format, .lineSeparator,
        .paragraphSeparator:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        if let byte = FileName.byte(of: scalar) {
          result += "\\x\(String(byte, radix: 16))"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  // MARK: Inputs

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

  private static func compression(_ error: CompressionError) -> String {
    switch error {
    case .outOfMemory: "there is not enough memory to read or write it. Use fewer --threads."
    case .corrupt(let format, let reason):
      "the \(format.rawValue) data is corrupt (\(reason)). "
        + "Check it with '\(format.tester)' and copy it again."
    case .checksumMismatch(let format):
      "the \(format.rawValue) data is corrupt: its checksum does not match. "
        + "Check it with '\(format.tester)' and copy it again."
    case .truncated(let format):
      "the file stops inside a \(format.unit): it is truncated. It was probably cut short while being "
        + "copied: check it with '\(format.tester)' and copy it again."
    case .trailingGarbage(let format):
      "a whole \(format.unit) is followed by bytes that are no \(format.rawValue) data. "
        + "Check it with '\(format.tester)' and copy it again."
    case .windowTooLarge(let size?, let limit):
      "a zstd frame needs a window of \(ByteCount.text(of: Int(clamping: size))), and --max-window is "
        + "\(ByteCount.text(of: Int(clamping: limit))). Raise --max-window to "
        + "\(ByteCount.text(atLeast: Int(clamping: size))) if you trust the file: each thread may take that much memory."
    case .windowTooLarge(nil, _):
      "a zstd frame needs a window of more than 2GiB, the largest that libzstd reads. Compress the file again, with "
        + "'zstd --long=31' at most."
    case .needsDictionary: preconditionFailure("it has a message of its own")
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

  // MARK: Outputs

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

  private static func system(_ error: SystemError) -> String {
    let what = "\(error.path): \(error.reason.lowercasedFirst)"
    if error.isFullDisk, error.operation != .spool {
      return
        "\(what). Free some space and run the same command again: the same --seed selects the same "
        + "documents."
    }
    switch error.operation {
    case .open, .inspect:
      return "\(what). Check the name and the permissions."
    case .read: return "\(what) while reading. Check the disk or the connection, and run again."
    case .createTemporary:
      return "\(what). A file can't be created there: check the directory and its permissions."
    case .write, .sync, .rename:
      return
        "\(what) while writing. Nothing was left under that name: run again once there is a place "
        + "to write to."
    case .spool:
      return
        "\(what). Temporary files go to this directory. Set TMPDIR to one that has enough free space and that you may write "
        + "to, such as TMPDIR=/var/tmp, and run the same command again."
    case .allocate: return "out of memory for \(error.path). Use fewer --threads or buckets."
    case .startThread:
      return
        "the system starts no more threads (\(error.reason)). Use fewer --threads, or raise the limit "
        + "of processes (ulimit -u)."
    }
  }
}

extension Container {
  /// The command that checks such a file.
  fileprivate var tester: String { self == .gzip ? "gzip -t" : "zstd -t" }

  /// What such a file is made of.
  fileprivate var unit: String { self == .gzip ? "gzip member" : "zstd frame" }
}

extension String {
  /// `No such file` as the middle of a sentence.
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
