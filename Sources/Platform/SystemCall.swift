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

  /// The time of a file's last change.
  package static func modificationTime(of status: stat) -> timespec {
    #if canImport(Darwin)
      status.st_mtimespec
    #else
      status.st_mtim
    #endif
  }

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
