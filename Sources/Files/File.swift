import Dispatch
package import Platform

/// The only owner of a file descriptor, which it closes in `deinit`.
///
/// Calls interrupted by a signal are repeated. The caller handles short reads, and ``writeAll(_:)``
/// handles short writes.
@safe package struct File: ~Copyable, Sendable {
  package let path: String
  /// -1 once the file is closed.
  private var descriptor: Int32
  private let closesDescriptor: Bool
  /// The directory of a temporary file without a name; nil for other files.
  private var temporaryDirectory: String?

  private init(descriptor: Int32, path: String, closesDescriptor: Bool = true) {
    self.descriptor = descriptor
    self.path = path
    self.closesDescriptor = closesDescriptor
  }

  deinit { if closesDescriptor, descriptor >= 0 { _ = SystemCall.closeDescriptor(descriptor) } }

  /// Closes the file, and reports an error that `deinit` can't report.
  ///
  /// Some network file systems and object stores send the data only now.
  ///
  /// - Throws: ``SystemError`` of operation `write`.
  package consuming func close() throws(SystemError) {
    var file = self
    let (descriptor, path) = (file.descriptor, file.path)
    file.descriptor = -1
    // The descriptor is closed whatever the result, even if a signal came.
    guard SystemCall.closeDescriptor(descriptor) == 0 || errno == EINTR else {
      throw SystemError(.write, path)
    }
  }

  /// - Throws: ``SystemError`` of operation `open`.
  package init(reading path: String) throws(SystemError) {
    try self.init(opening: path, O_RDONLY)
  }

  /// - Throws: ``SystemError`` of the given operation.
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

  /// Takes over a descriptor that is open, and closes it in the end.
  init(adopting descriptor: Int32, path: String) {
    self.init(descriptor: descriptor, path: path)
  }

  /// The descriptor, for a call that gives it to another program.
  var number: Int32 { descriptor }

  /// Opens an existing path that is no regular file, such as a named pipe, for writing.
  ///
  /// - Throws: ``SystemError`` of operation `open`.
  package init(writing path: String) throws(SystemError) {
    try self.init(opening: path, O_WRONLY)
  }

  /// Creates a file with mode 0600, which must not exist yet, not even as a link.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package init(creating path: String) throws(SystemError) {
    try self.init(opening: path, O_RDWR | O_CREAT | O_EXCL, .createTemporary)
  }

  /// Opens a file only to lock it.
  ///
  /// Doesn't follow a link, and doesn't wait for the other end of a pipe.
  ///
  /// - Throws: ``SystemError`` of operation `open`.
  package init(locking path: String) throws(SystemError) {
    try self.init(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  /// Gives the file the mode that the shell's `>` gives a new file: 0666 less `umask`.
  ///
  /// A file system without modes may refuse that, which does no harm.
  package func setDefaultMode() { _ = fchmod(descriptor, Self.defaultMode) }

  /// Read once: the only way to read the mask is to set it.
  private static let defaultMode: mode_t = {
    // A file that another thread creates meanwhile gets mode 0600 or less.
    let mask = umask(0o077)
    _ = umask(mask)
    return 0o666 & ~mask
  }()

  /// Opens `/dev/null` for each of standard input, output and error that the caller closed.
  ///
  /// Otherwise the next file opened would get its number, and output could end up in that file.
  package static func reserveStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The kernel gives the lowest free number, which is this one.
      unsafe _ = open("/dev/null", O_RDONLY)
    }
  }

  /// A descriptor that was open when the process started, and that stays open.
  init(standing descriptor: Int32, path: String) {
    self.init(descriptor: descriptor, path: path, closesDescriptor: false)
  }

  /// The name of standard input in messages and manifests.
  package static let standardInputName = "standard input"

  package static func standardInput() -> File {
    File(descriptor: STDIN_FILENO, path: standardInputName, closesDescriptor: false)
  }

  package static func standardOutput() -> File {
    File(descriptor: STDOUT_FILENO, path: "standard output", closesDescriptor: false)
  }

  package static func standardError() -> File {
    File(descriptor: STDERR_FILENO, path: "standard error", closesDescriptor: false)
  }

  #if os(Linux)
    /// `O_TMPFILE`, which Swift can't import.
    ///
    /// Its number is the same on x86 and Arm.
    private static let openUnnamed = O_DIRECTORY | 0o20_000_000
  #endif

  /// Creates a file without a name in `directory`, with mode 0600.
  ///
  /// It vanishes however the process ends.
  ///
  /// - Throws: ``SystemError`` of operation `spool`, as do later calls on the file.
  package static func unnamedTemporary(in directory: String) throws(SystemError) -> File {
    #if os(Linux)
      let unnamed = retrying {
        unsafe FileName.withBytes(of: directory) {
          unsafe open($0, O_RDWR | O_CLOEXEC | openUnnamed, 0o600)
        }
      }
      if unnamed >= 0 { return File(temporary: unnamed, in: directory) }
    #endif
    // Not every file system can create a file without a name. There the file has one for a moment.
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

  /// The error of a failed call on this file.
  ///
  /// For a temporary file it names the directory.
  private func failure(_ operation: SystemError.Operation) -> SystemError {
    let code = errno
    guard let temporaryDirectory else { return SystemError(operation, path, code: code) }
    return SystemError(.spool, temporaryDirectory, code: code)
  }

  package enum LockOutcome: Sendable {
    case taken
    /// Another open file holds the lock.
    case busy
    /// The file system doesn't support locks.
    case unsupported
  }

  package enum LockKind: Sendable {
    /// Nobody else may hold the lock.
    case exclusive
    /// Others may share it, so that one open file can take it over from another without a gap.
    case shared
  }

  /// Takes the file's lock, which is released when this value is closed, or at the latest when the
  /// process ends.
  package func lock(_ kind: LockKind = .exclusive) -> LockOutcome { Self.lock(descriptor, kind) }

  private static func lock(_ descriptor: Int32, _ kind: LockKind = .exclusive) -> LockOutcome {
    let operation = kind == .shared ? LOCK_SH : LOCK_EX
    if retrying({ flock(descriptor, operation | LOCK_NB) }) == 0 { return .taken }
    return errno == EWOULDBLOCK ? .busy : .unsupported
  }

  /// Whether the file system answers a request for a lock in time.
  ///
  /// NFS without its lock service never answers, not even a request that doesn't want to wait, and
  /// no signal interrupts the call. So another thread makes it, and waits for ever if need be.
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
  /// The position at which the next read begins; nil for what has none, such as a pipe.
  package var position: Int? {
    let position = lseek(descriptor, 0, SEEK_CUR)
    return position < 0 ? nil : Int(position)
  }

  package func status() throws(SystemError) -> FileStatus {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError(.inspect, path) }
    return FileStatus(status)
  }

  /// Reads up to the free capacity of `output`, at `offset`, or at the current position if that is
  /// nil.
  ///
  /// - Returns: the number of bytes read, which is zero only at the end of the file.
  /// - Throws: ``SystemError`` of operation `read`.
  package func read(into output: inout OutputSpan<UInt8>, at offset: Int? = nil)
    throws(SystemError) -> Int
  {
    let descriptor = descriptor
    let count = unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
      // SAFETY: the kernel writes at most the free bytes after the initialised ones.
      let free = unsafe UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[initializedCount...])
      let count = Self.retrying {
        if let offset {
          unsafe pread(descriptor, free.baseAddress, free.count, off_t(offset))
        } else {
          unsafe SystemCall.readBytes(descriptor, free.baseAddress, free.count)
        }
      }
      if count > 0 { initializedCount += count }
      return count
    }
    guard count >= 0 else { throw failure(.read) }
    return count
  }

  /// - Throws: ``SystemError`` of operation `write`. An unknown part has been written then.
  package func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
    guard unsafe bytes.withUnsafeBytes({ unsafe isWritten($0) }) else { throw failure(.write) }
  }

  /// Writes words, in this machine's order of bytes.
  ///
  /// - Throws: ``SystemError`` of operation `write`. An unknown part has been written then.
  package func writeAll(words: Span<UInt32>) throws(SystemError) {
    guard unsafe words.withUnsafeBytes({ unsafe isWritten($0) }) else { throw failure(.write) }
  }

  /// - Returns: whether all bytes were written.
  private func isWritten(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var written = 0
    while written < bytes.count {
      // SAFETY: the kernel reads the rest of the buffer, which outlives the call.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = Self.retrying { unsafe write(descriptor, rest.baseAddress, rest.count) }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// Appends words that ``writeAll(words:)`` wrote.
  ///
  /// - Parameter offset: where the first word's bytes begin.
  /// - Returns: the number of words read, which is less than `count` only at the end of the file.
  /// - Throws: ``SystemError`` of operation `read`.
  package func read(
    words count: Int, at offset: Int, into words: inout [UInt32]
  ) throws(SystemError) -> Int {
    let size = MemoryLayout<UInt32>.size
    let descriptor = descriptor
    var byteCount = 0
    var hasFailed = false
    words.append(addingCapacity: count) { output in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
        // SAFETY: the kernel writes at most the free bytes after the initialised ones.
        let free = unsafe UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[(size * initializedCount)...])
        while byteCount < size * count {
          let rest = unsafe UnsafeMutableRawBufferPointer(
            rebasing: free[byteCount..<(size * count)])
          let found = Self.retrying {
            unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + byteCount))
          }
          hasFailed = found < 0
          guard found > 0 else { break }
          byteCount += found
        }
        initializedCount += byteCount / size
      }
    }
    guard !hasFailed else { throw failure(.read) }
    return byteCount / size
  }

  /// Waits until everything written is on the disk.
  ///
  /// - Returns: false if the file system can't wait, as some object-store mounts.
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
}
