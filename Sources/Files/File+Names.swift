#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is done to the names of files.
extension File {
  /// Takes a name away. Where there is none, nothing happens.
  package static func remove(_ path: String) {
    // SAFETY: unlink reads the string during the call only; so do the calls below.
    unsafe _ = unlink(path)
  }

  /// Gives the file `path` another name, at once, and takes that from the file that has it.
  ///
  /// - Returns: zero, or `errno`.
  package static func rename(_ path: String, to newPath: String) -> Int32 {
    #if canImport(Glibc)
      unsafe Glibc.rename(path, newPath) == 0 ? 0 : errno
    #else
      unsafe Darwin.rename(path, newPath) == 0 ? 0 : errno
    #endif
  }

  /// Gives the file `path` a second name, which must not be there yet. A link isn't followed.
  ///
  /// - Returns: zero, or `errno`.
  package static func link(_ path: String, to newPath: String) -> Int32 {
    unsafe linkat(AT_FDCWD, path, AT_FDCWD, newPath, 0) == 0 ? 0 : errno
  }

  /// Makes a folder, in one that is there.
  ///
  /// - Returns: zero, or `errno`.
  package static func makeFolder(_ path: String) -> Int32 {
    unsafe mkdir(path, 0o777) == 0 ? 0 : errno
  }

  /// Takes a folder away, if it is empty.
  package static func removeFolder(_ path: String) {
    unsafe _ = rmdir(path)
  }

  /// The names in a folder, in no particular order; none if it can't be read.
  package static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    // SAFETY: the entry is valid until the next call, and its name ends with a NUL.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      names.append(name)
    }
    return names
  }

  /// Ends the process without running what is registered for its end.
  package static func exitAtOnce(status: Int32) -> Never { _exit(status) }

  /// Creates a folder, unless there is one of that name.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package static func createFolder(_ path: String) throws(SystemError) {
    // SAFETY: mkdir reads the string during the call only.
    guard unsafe mkdir(path, 0o777) != 0 else { return }
    if errno == EEXIST, try FileStatus(path: path)?.kind == .directory { return }
    throw SystemError(.createTemporary, path)
  }

  /// Creates the folders that lead to `path`, as far as they aren't there.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package static func createFolders(above path: String) throws(SystemError) {
    var folder = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
      folder += part
      if !folder.isEmpty { try createFolder(folder) }
      folder += "/"
    }
  }
}
