internal import Compression

/// Errors of compressed data.
extension ErrorMessage {
  /// - Parameter path: the compressed file.
  static func damaged(_ path: String, _ error: CompressionError) -> String {
    "\(path): \(fault(error)). \(advice(error, path))"
  }

  /// The fault, as a sentence without its full stop.
  static func fault(_ error: CompressionError) -> String {
    switch error {
    case .outOfMemory: "there is not enough memory for the file"
    case .corrupt(let format, let reason): "the \(format.rawValue) data is corrupt (\(reason))"
    case .checksumMismatch(let format):
      "the \(format.rawValue) data is corrupt: its checksum does not match"
    case .truncated(let format): "the file stops inside a \(format.unit): it is truncated"
    case .trailingGarbage(let format):
      "a complete \(format.unit) is followed by bytes that are not \(format.rawValue) data"
    case .windowTooLarge(let size?, let limit):
      "a zstd frame needs a window of \(Format.byteArgument(Int(clamping: size))), but "
        + "--max-window is \(Format.byteArgument(Int(clamping: limit)))"
    case .windowTooLarge(nil, _):
      "a zstd frame needs a window of more than 2GiB, the largest that libzstd reads"
    case .needsDictionary(let id):
      "zstd data that was compressed with a dictionary (number \(id)), which dsel does not read"
    }
  }

  private static func advice(_ error: CompressionError, _ path: String) -> String {
    switch error {
    case .outOfMemory: "Use fewer --threads."
    case .corrupt(let format, _), .checksumMismatch(let format), .trailingGarbage(let format):
      "Check it with '\(format.tester)' and copy it again."
    case .truncated(let format):
      "It was probably cut short while it was copied: check it with '\(format.tester)' and copy it "
        + "again."
    case .windowTooLarge(let size?, _):
      "Raise --max-window to \(Format.byteArgument(atLeast: Int(clamping: size))) if you trust the "
        + "file: each thread may use that much memory."
    case .windowTooLarge(nil, _): "Compress the file again, with 'zstd --long=31' at most."
    case .needsDictionary:
      "Decompress it with that: zstd -dc -D DICTIONARY"
        + "\(isStandardInput(path) ? "" : " \(ShellWord.quoted(path))") | dsel … -"
    }
  }
}

extension Container {
  /// The command that checks such a file.
  fileprivate var tester: String { self == .gzip ? "gzip -t" : "zstd -t" }

  /// A file consists of one or more of these.
  fileprivate var unit: String { self == .gzip ? "gzip member" : "zstd frame" }
}
