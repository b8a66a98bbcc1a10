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
    case .input(let error): self.init(error)
    case .output(let error): self.init(error)
    case .fitting(let error): self.init(error)
    case .models(let error): self.init(error)
    case .strata(let error): self.init(error)
    case .candidates(let error): self.init(error)
    case .weights(let error): self.init(error)
    case .merging(let error): self.init(error)
    }
  }

  init(_ error: SystemError) {
    text = Self.system(error)
  }

  /// True if whoever read standard output has gone, which is nobody's fault.
  static func isClosedOutput(_ error: PipelineError) -> Bool {
    if case .output(.writing(.system(let error))) = error { return error.isClosedPipe }
    return false
  }

  /// True if there is no memory left. Dispatch, which an orderly end would need, waits for some for ever.
  static func isOutOfMemory(_ error: PipelineError) -> Bool {
    switch error {
    case .input(.reading(.system(let error), _)), .output(.writing(.system(let error))):
      error.operation == .allocate
    case .input(.reading(.damaged(_, .outOfMemory), _)),
      .output(.writing(.compression(.outOfMemory))):
      true
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

  static func compression(_ error: CompressionError) -> String {
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

  static func system(_ error: SystemError) -> String {
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
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
