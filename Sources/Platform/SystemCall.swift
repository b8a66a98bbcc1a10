/// Calls of the C library that need a Swift name of their own.
///
/// Some have other names, or fields of other names, on another system. Others are hidden by a
/// method of the same name where they are needed.
package enum SystemCall {
  /// Calls `close(2)`.
  package static func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

  /// Calls `read(2)`.
  package static func readBytes(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
  ) -> Int {
    // SAFETY: the caller vouches for `count` writable bytes.
    unsafe read(descriptor, buffer, count)
  }

  /// Calls `rename(2)`.
  package static func renameFile(
    _ path: UnsafePointer<CChar>, to newPath: UnsafePointer<CChar>
  ) -> Int32 {
    // SAFETY: the caller vouches for two strings that end with NUL.
    unsafe rename(path, newPath)
  }

  /// Calls `pipe(2)`.
  ///
  /// - Returns: nil if it fails.
  package static func makePipe() -> (read: Int32, write: Int32)? {
    var ends: [Int32] = [-1, -1]
    // SAFETY: two numbers are written.
    guard unsafe pipe(&ends) == 0 else { return nil }
    return (ends[0], ends[1])
  }

  /// Calls `poll(2)`: waits until one of some descriptors has bytes, or its end.
  ///
  /// - Parameters:
  ///   - descriptors: -1 never has bytes.
  ///   - milliseconds: the longest time; -1 for any.
  /// - Returns: whether each has bytes, or its end.
  package static func waitForBytes(_ descriptors: [Int32], milliseconds: Int32) -> [Bool] {
    var waits = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // SAFETY: the array has as many elements as the call is told.
    let count = unsafe poll(&waits, nfds_t(waits.count), milliseconds)
    return waits.map { count > 0 && $0.revents != 0 }
  }

  /// The time of a file's last change.
  package static func modificationTime(of status: stat) -> timespec {
    #if canImport(Darwin)
      status.st_mtimespec
    #else
      status.st_mtim
    #endif
  }

  #if os(Linux)
    /// Lets a signal wait until it is asked for, in this thread and those that it starts.
    package static func blockSignal(_ number: Int32) {
      var signals = sigset_t()
      // SAFETY: these write to the set, which pthread_sigmask only reads.
      unsafe sigemptyset(&signals)
      unsafe sigaddset(&signals, number)
      unsafe _ = pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
  #endif

  /// True if the process was told to ignore a signal, as by `nohup`.
  package static func ignoresSignal(_ number: Int32) -> Bool {
    var action = sigaction()
    // SAFETY: sigaction writes the action that is in force, and changes nothing.
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      let handler = unsafe action.__sigaction_u.__sa_handler
    #elseif canImport(Musl)
      let handler = unsafe action.__sa_handler.sa_handler
    #else
      let handler = unsafe action.__sigaction_handler.sa_handler
    #endif
    // SAFETY: a handler is a pointer, or a small number that stands for a standard action.
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
