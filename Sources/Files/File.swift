import Dispatch
package import Platform

/// The one owner of a file descriptor: closes it when it goes away.
///
/// Calls that a signal interrupts are made again; short reads and writes are the caller's and
/// ``writeAll(_:)``'s business.
@safe package struct File: ~Copyable, Sendable {
  package let path: String
  /// -1 once it is closed.
  private var descriptor: Int32
  private let closesDescriptor: Bool
  /// The directory of a temporary file without a name.
  private var temporaryDirectory: String?

  private init(descriptor: Int32, path: String, closesDescriptor: Bool = true) {
    self.descriptor = descriptor
    self.path = path
    self.closesDescriptor = closesDescriptor
  }

  deinit { if closesDescriptor, descriptor >= 0 { _ = Self.closeDescriptor(descriptor) } }

  /// Closes the file, and tells what `deinit` can't: on some network file systems and object stores, what was written goes
  /// to where it is kept only now.
  ///
  /// - Throws: ``SystemError`` of operation `write`.
  package consuming func close() throws(SystemError) {
    var file = self
    let (descriptor, path) = (file.descriptor, file.path)
    file.descriptor = -1
    // It is closed whatever the answer, also where a signal came.
    guard Self.closeDescriptor(descriptor) == 0 || errno == EINTR else {
      throw SystemError(.write, path)
    }
  }

  /// - Throws: ``SystemError`` of operation `open`.
  package init(reading path: String) throws(SystemError) {
    try self.init(opening: path, O_RDONLY)
  }

  /// - Throws: ``SystemError`` of `operation`.
  private init(
    opening path: String, _ flags: Int32, _ operation: SystemError.Operation = .open
  ) throws(SystemError) {
    let descriptor = Self.retrying {
      // SAFETY: open reads the name during the call only.
      unsafe FileName.withBytes(of: path) { unsafe open($0, flags | O_CLOEXEC, 0o600) }
    }
    guard descriptor >= 0 else { throw SystemError(operation, path) }
    self.init(descriptor: descriptor, path: path)
  }

  /// Opens what exists and is no regular file, such as a named pipe, for writing.
  ///
  /// - Throws: ``SystemError`` of operation `open`.
  package init(writing path: String) throws(SystemError) {
    try self.init(opening: path, O_WRONLY)
  }

  /// Creates a file that must not exist yet, not even as a link, and that its owner alone may read and write.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package init(creating path: String) throws(SystemError) {
    try self.init(opening: path, O_RDWR | O_CREAT | O_EXCL, .createTemporary)
  }

  /// Opens a file only to lock it: not what a link points to, and without waiting for a pipe's other end.
  ///
  /// - Throws: ``SystemError`` of operation `open`.
  package init(locking path: String) throws(SystemError) {
    try self.init(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  /// Gives a file the mode that the shell's `>` gives to a new one: 0666 less `umask`.
  ///
  /// File systems without modes may refuse that, and need it not.
  package func setDefaultMode() { _ = fchmod(descriptor, Self.defaultMode) }

  /// Found out once: there is no other way to ask than to set it.
  private static let defaultMode: mode_t = {
    // What another thread creates in between is its owner's alone.
    let mask = umask(0o077)
    _ = umask(mask)
    return 0o666 & ~mask
  }()

  /// Keeps the numbers of standard input, output and error from being given to other files where the caller
  /// closed them: using them is an error then, as it should be.
  package static func reserveStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is taken, which is this one.
      unsafe _ = open("/dev/null", O_RDONLY)
    }
  }

  /// A descriptor that the process was started with, and that stays open.
  init(standing descriptor: Int32, path: String) {
    self.init(descriptor: descriptor, path: path, closesDescriptor: false)
  }

  package static func standardInput() -> File {
    File(descriptor: STDIN_FILENO, path: "standard input", closesDescriptor: false)
  }

  package static func standardOutput() -> File {
    File(descriptor: STDOUT_FILENO, path: "standard output", closesDescriptor: false)
  }

  package static func standardError() -> File {
    File(descriptor: STDERR_FILENO, path: "standard error", closesDescriptor: false)
  }

  #if os(Linux)
    /// `O_TMPFILE`, which Swift can't import; the number in it is the same on x86 and Arm.
    private static let openUnnamed = O_DIRECTORY | 0o20_000_000
  #endif

  /// A file without a name in `directory`: created with mode 0600, and gone however the process ends.
  ///
  /// - Throws: ``SystemError`` of operation `spool`, as later calls on the file do.
  package static func unnamedTemporary(in directory: String) throws(SystemError) -> File {
    #if os(Linux)
      let unnamed = retrying {
        unsafe FileName.withBytes(of: directory) {
          unsafe open($0, O_RDWR | O_CLOEXEC | openUnnamed, 0o600)
        }
      }
      if unnamed >= 0 { return File(temporary: unnamed, in: directory) }
    #endif
    // Not every file system can create a file without a name: so it has one for a moment.
    var template: [CChar] = []
    let descriptor = retrying {
      template =
        (FileName.bytes(of: directory) + "/dsel-spool-XXXXXX\0".utf8).map(CChar.init(bitPattern:))
      // SAFETY: mkstemp writes only within the template, which ends with a NUL.
      return unsafe mkstemp(&template)
    }
    guard descriptor >= 0 else { throw SystemError(.spool, directory) }
    unsafe _ = unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return File(temporary: descriptor, in: directory)
  }

  private init(temporary descriptor: Int32, in directory: String) {
    self.init(descriptor: descriptor, path: "a temporary file in \(directory)")
    temporaryDirectory = directory
  }

  /// A failed call on this file: of a temporary one, what counts is where it is.
  private func failure(_ operation: SystemError.Operation) -> SystemError {
    let code = errno
    guard let temporaryDirectory else { return SystemError(operation, path, code: code) }
    return SystemError(.spool, temporaryDirectory, code: code)
  }

  package enum LockOutcome: Sendable {
    case taken
    /// Another open file has it.
    case busy
    /// The file system knows no locks.
    case unsupported
  }

  /// Takes the one lock that goes with a file. It is given back when this is closed, at the process's end at the latest.
  package func lock() -> LockOutcome { Self.lock(descriptor) }

  private static func lock(_ descriptor: Int32) -> LockOutcome {
    if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return .taken }
    return errno == EWOULDBLOCK ? .busy : .unsupported
  }

  /// Whether the file system answers at all to who asks for a lock. NFS without its lock service doesn't, not even to those
  /// who said that they won't wait, and no signal ends that. A thread of its own waits for the answer, for ever if need be.
  package func answersToLock(within limit: DispatchTimeInterval) -> Bool {
    let hasAnswered = DispatchSemaphore(value: 0)
    let descriptor = descriptor
    DispatchQueue.global().async {
      _ = Self.lock(descriptor)
      hasAnswered.signal()
    }
    return hasAnswered.wait(timeout: .now() + limit) == .success
  }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// - Throws: ``SystemError`` of operation `inspect`.
  package func status() throws(SystemError) -> FileStatus {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError(.inspect, path) }
    return FileStatus(status)
  }

  /// Reads up to the free capacity of `output`: at `offset`, or where the file stands if nil.
  ///
  /// - Returns: the number of bytes read; zero only at the end of the file.
  /// - Throws: ``SystemError`` of operation `read`.
  package func read(into output: inout OutputSpan<UInt8>, at offset: Int? = nil)
    throws(SystemError) -> Int
  {
    let descriptor = descriptor
    let count = unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
      // SAFETY: the kernel writes at most the bytes that are free behind the initialised ones.
      let free = unsafe UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[initializedCount...])
      let count = Self.retrying {
        if let offset {
          unsafe pread(descriptor, free.baseAddress, free.count, off_t(offset))
        } else {
          unsafe Self.systemRead(descriptor, free.baseAddress, free.count)
        }
      }
      if count > 0 { initializedCount += count }
      return count
    }
    guard count >= 0 else { throw failure(.read) }
    return count
  }

  /// - Throws: ``SystemError`` of operation `write`; then an unknown part has been written.
  package func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
    let descriptor = descriptor
    let isWhole = unsafe bytes.withUnsafeBufferPointer { buffer in
      var written = 0
      while written < buffer.count {
        // SAFETY: the kernel reads the rest of the buffer, which outlives the call.
        let rest = unsafe UnsafeRawBufferPointer(
          rebasing: UnsafeRawBufferPointer(buffer)[written...])
        let count = Self.retrying { unsafe write(descriptor, rest.baseAddress, rest.count) }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
    guard isWhole else { throw failure(.write) }
  }

  /// Waits until what was written is on the disk.
  ///
  /// - Returns: false if the file system has no way to wait, as some object-store mounts.
  /// - Throws: ``SystemError`` of operation `sync`.
  @discardableResult
  package func synchronize() throws(SystemError) -> Bool {
    let result = Self.retrying { fsync(descriptor) }
    if result == 0 { return true }
    guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else { throw SystemError(.sync, path) }
    return false
  }

  static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }

  /// `close(2)`, which the method of the same name hides.
  static func closeDescriptor(_ descriptor: Int32) -> Int32 {
    SystemCall.closeDescriptor(descriptor)
  }

  /// `read(2)`, which the method of the same name hides.
  private static func systemRead(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
  ) -> Int {
    unsafe SystemCall.readBytes(descriptor, buffer, count)
  }
}
