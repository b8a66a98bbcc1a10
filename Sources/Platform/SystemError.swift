/// A system call that failed: which one, on what, and the `errno` it left.
package struct SystemError: Error, Equatable {
  package enum Operation: String, Sendable {
    case open, read, write, sync, rename, inspect, createTemporary, allocate, startThread
    case startProgram
    /// Anything done to a temporary file without a name.
    ///
    /// The path is that of its directory.
    case spool
  }

  package let operation: Operation
  package let path: String
  /// The value of `errno`.
  package let code: Int32
  /// The size of a block that could not be allocated, where it is known.
  package let byteCount: Int?

  package init(_ operation: Operation, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
    byteCount = nil
  }

  /// There is not enough memory.
  package static func outOfMemory(byteCount: Int? = nil) -> SystemError {
    SystemError(byteCount: byteCount)
  }

  private init(byteCount: Int?) {
    operation = .allocate
    path = ""
    code = ENOMEM
    self.byteCount = byteCount
  }

  /// The C library's words for the error, such as `No such file or directory`.
  package var reason: String {
    // SAFETY: strerror returns a NUL-terminated string that String copies at once.
    unsafe String(cString: strerror(code))
  }

  package var isMissingFile: Bool { code == ENOENT }
  package var isFullDisk: Bool { code == ENOSPC || code == EDQUOT }
  package var isRefused: Bool { code == EACCES || code == EPERM || code == EROFS }
  package var isClosedPipe: Bool { code == EPIPE }
}
