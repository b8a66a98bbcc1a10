internal import Platform

/// Errors of the operating system.
extension ErrorMessage {
  static func system(_ error: SystemError) -> String {
    let fault = "\(error.path): \(error.reason.lowercasedFirst)"
    if error.isFullDisk, error.operation != .spool {
      return
        "\(fault). Free some space and run the same command again: the same --seed selects the "
        + "same documents."
    }
    switch error.operation {
    case .open, .inspect: return "\(fault). \(Self.nameAdvice(error))"
    case .read: return "\(fault) while reading. Check the disk or the connection, and run again."
    case .createTemporary where error.isMissingFile:
      return "\(fault). Create the directory (mkdir -p), or name another output."
    case .createTemporary:
      return "\(fault). A file can't be created there: check the directory and its permissions."
    case .write, .sync, .rename:
      return
        "\(fault) while writing. The output was not created. Check the place that it goes to, and "
        + "run again."
    case .spool:
      return
        "\(fault). Temporary files go to this directory. Set TMPDIR to a directory that you may "
        + "write to and that has enough free space, such as TMPDIR=/var/tmp, and run the same "
        + "command again."
    case .allocate:
      let size = error.byteCount.map { " for a block of \(Format.bytes($0))" } ?? ""
      return "out of memory\(size). Use fewer --threads or --buckets."
    case .startThread:
      return
        "the system can't start another thread (\(error.reason.lowercasedFirst)). Use fewer "
        + "--threads, or raise the limit of processes (ulimit -u)."
    case .startProgram: return "\(fault). \(startAdvice)"
    }
  }
}

extension ErrorMessage {
  /// The advice for a file that can't be opened.
  private static func nameAdvice(_ error: SystemError) -> String {
    guard error.isMissingFile else { return "Check the permissions." }
    return error.path.utf8.contains { "*?[".utf8.contains($0) }
      ? "No file matches this pattern, or it is in quotes, where the shell doesn't expand it."
      : "Check the name."
  }
}

extension String {
  /// `No such file` as the middle of a sentence.
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
