package import Platform

/// Names that stand for a descriptor of this process: `/dev/stdout`, `/dev/fd/1`,
/// `/proc/self/fd/1`, and links to these.
extension File {
  /// The descriptor that a path names, or nil.
  ///
  /// Such a name is a link to an open file, for example one that a shell redirects to. The user
  /// means the descriptor. It would be wrong to replace the link, or to open the file again from
  /// its start.
  package static func descriptor(named path: String) -> Int32? {
    var path = path
    // Linux follows as many links.
    for _ in 0..<40 {
      if let number = number(of: path) { return number }
      guard let target = linkTarget(path) else { return nil }
      path =
        target.beginsWithBytes(of: "/")
        ? target : String(path[..<path.lastPathPart.startIndex]) + target
    }
    return nil
  }

  private static func number(of path: String) -> Int32? {
    let parts = path.pathParts(omittingEmpty: true).filter { !$0.utf8.elementsEqual(".".utf8) }
      .map(String.init)
    guard let last = parts.last else { return nil }
    switch path.beginsWithBytes(of: "/") ? parts.dropLast() : [] {
    case ["dev"]:
      return ["stdin": STDIN_FILENO, "stdout": STDOUT_FILENO, "stderr": STDERR_FILENO][last]
    case ["dev", "fd"], ["proc", "self", "fd"], ["proc", "thread-self", "fd"],
      ["proc", "\(getpid())", "fd"]:
      return Int32(last)
    default:
      // The directory may be written in other ways.
      guard let number = Int32(last), number >= 0,
        let directory = try? FileStatus(path: path[..<path.lastPathPart.startIndex] + "."),
        let descriptors = try? FileStatus(path: "/dev/fd/"), directory.isSameFile(as: descriptors)
      else { return nil }
      return number
    }
  }

  /// Whether a path names standard input, and standard input is not a file, which could be read
  /// twice.
  package static func isPipedInput(_ path: String) -> Bool {
    guard descriptor(named: path) == STDIN_FILENO else { return false }
    return (try? standardInput().status().kind) != .regular
  }

  /// Writes to a descriptor of this process, from its current position.
  ///
  /// The descriptor stays open.
  ///
  /// - Throws: ``SystemError`` of operation `open`.
  package init(writingTo descriptor: Int32, path: String) throws(SystemError) {
    guard fcntl(descriptor, F_GETFD) != -1 else { throw SystemError(.open, path) }
    self.init(standing: descriptor, path: path)
  }
}
