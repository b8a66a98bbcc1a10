internal import Platform

extension File {
  /// The number of columns of the terminal on standard error; nil if standard error is no terminal,
  /// or one that doesn't report its width.
  package static var errorColumnCount: Int? { columnCount(STDERR_FILENO) }

  /// The same of the terminal on standard output.
  package static var outputColumnCount: Int? { columnCount(STDOUT_FILENO) }

  private static func columnCount(_ descriptor: Int32) -> Int? {
    var size = winsize()
    // SAFETY: this call writes a winsize and nothing else.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
