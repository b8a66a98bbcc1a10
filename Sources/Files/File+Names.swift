package import Platform

/// Operations on the names of files.
extension File {
  /// Checks whether files can be created in a directory.
  ///
  /// - Returns: zero, or `errno`.
  package static func checkWritable(directory: String) -> Int32 {
    unsafe FileName.withBytes(of: directory) { unsafe access($0, W_OK) == 0 ? 0 : errno }
  }

  /// The target of a symbolic link, as it is written; nil if the path is not a link.
  package static func linkTarget(_ path: String) -> String? {
    // PATH_MAX: a longer target can't be followed.
    var characters = [CChar](repeating: 0, count: 4096)
    let count = unsafe FileName.withBytes(of: path) { name in
      // SAFETY: readlink writes at most as many bytes as are there, and no NUL.
      unsafe readlink(name, &characters, characters.count)
    }
    return count > 0 ? FileName.string(characters[..<count].map(UInt8.init(bitPattern:))) : nil
  }

  /// Removes a name.
  ///
  /// Does nothing if there is no such name.
  package static func remove(_ path: String) {
    // SAFETY: unlink reads the string only during the call, as do the calls below.
    unsafe FileName.withBytes(of: path) { unsafe _ = unlink($0) }
  }

  /// Renames the file `path`, atomically, and replaces a file that has the new name.
  ///
  /// - Returns: zero, or `errno`.
  package static func rename(_ path: String, to newPath: String) -> Int32 {
    unsafe FileName.withBytes(of: path) { path in
      unsafe FileName.withBytes(of: newPath) { newPath in
        unsafe SystemCall.renameFile(path, to: newPath) == 0 ? 0 : errno
      }
    }
  }

  /// Gives the file `path` a second name, which must not exist yet.
  ///
  /// Links aren't followed.
  ///
  /// - Returns: zero, or `errno`.
  package static func link(_ path: String, to newPath: String) -> Int32 {
    unsafe FileName.withBytes(of: path) { path in
      unsafe FileName.withBytes(of: newPath) { newPath in
        unsafe linkat(AT_FDCWD, path, AT_FDCWD, newPath, 0) == 0 ? 0 : errno
      }
    }
  }

  /// Creates a directory in an existing one.
  ///
  /// - Returns: zero, or `errno`.
  package static func makeDirectory(_ path: String) -> Int32 {
    unsafe FileName.withBytes(of: path) { unsafe mkdir($0, 0o777) == 0 ? 0 : errno }
  }

  /// Removes a directory if it is empty.
  package static func removeDirectory(_ path: String) {
    unsafe FileName.withBytes(of: path) { unsafe _ = rmdir($0) }
  }

  /// Removes a directory and the files in it.
  ///
  /// A path that is not a directory stays, even if it is a link to one, and so do directories in
  /// it: where others may write, a name may belong to anything.
  package static func removeDirectoryOfFiles(_ directory: String) {
    func opened() -> Int32 {
      retrying {
        unsafe FileName.withBytes(of: directory) {
          unsafe open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
      }
    }
    // Try twice: the obstacle may pass, and no later run would clean up here.
    var descriptor = opened()
    if descriptor < 0 { descriptor = opened() }
    // A directory that can't be opened may still be empty. A link isn't removed by this.
    guard descriptor >= 0 else { return removeDirectory(directory) }
    guard let stream = unsafe fdopendir(descriptor) else {
      _ = SystemCall.closeDescriptor(descriptor)
      return removeDirectory(directory)
    }
    for name in unsafe names(in: stream) where name != "." && name != ".." {
      unsafe FileName.withBytes(of: name) { unsafe _ = unlinkat(descriptor, $0, 0) }
    }
    unsafe _ = closedir(stream)
    removeDirectory(directory)
  }

  /// Waits until the names in a directory are on the disk.
  ///
  /// - Returns: zero, or `errno`. Also zero where waiting is impossible: not every file system
  ///   supports it for directories, and a directory that may be written but not read can't be
  ///   opened.
  package static func synchronizeDirectory(_ directory: String) -> Int32 {
    let descriptor = retrying {
      unsafe FileName.withBytes(of: directory) {
        unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
    }
    guard descriptor >= 0 else { return errno == EACCES ? 0 : errno }
    defer { _ = SystemCall.closeDescriptor(descriptor) }
    guard retrying({ fsync(descriptor) }) != 0 else { return 0 }
    return [EINVAL, ENOSYS, ENOTSUP, EBADF, EROFS].contains(errno) ? 0 : errno
  }

  /// The names in a directory, in no particular order.
  ///
  /// Empty if it can't be read.
  package static func names(in directory: String) -> [String] {
    guard let stream = unsafe FileName.withBytes(of: directory, { unsafe opendir($0) }) else {
      return []
    }
    defer { unsafe _ = closedir(stream) }
    return unsafe names(in: stream)
  }

  /// The names in a directory except its own and its parent's, in no particular order.
  ///
  /// - Throws: ``SystemError`` of operation `open` or `read`.
  package static func entries(of directory: String) throws(SystemError) -> [String] {
    guard let stream = unsafe FileName.withBytes(of: directory, { unsafe opendir($0) }) else {
      throw SystemError(.open, directory)
    }
    defer { unsafe _ = closedir(stream) }
    var code: Int32 = 0
    let names = unsafe names(in: stream, code: &code)
    guard code == 0 else { throw SystemError(.read, directory, code: code) }
    return names.filter { $0 != "." && $0 != ".." }
  }

  private static func names(in stream: OpaquePointer) -> [String] {
    var code: Int32 = 0
    return unsafe names(in: stream, code: &code)
  }

  /// - Parameter code: `errno` if there are more names, but they can't be read.
  private static func names(in stream: OpaquePointer, code: inout Int32) -> [String] {
    var names: [String] = []
    while true {
      errno = 0
      // SAFETY: the entry is valid until the next call, and its name ends with a NUL.
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe FileName.string(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      names.append(name)
    }
    code = errno
    return names
  }

  /// Ends the programs that were started, and the process, without the functions that are
  /// registered for its exit.
  package static func exitAtOnce(status: Int32) -> Never {
    ChildGroups.endAll(exitingWith: status)
    _exit(status)
  }

  /// Creates a directory unless it exists.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package static func createDirectory(_ path: String) throws(SystemError) {
    let code = makeDirectory(path)
    guard code != 0 else { return }
    if code == EEXIST, try FileStatus(path: path)?.kind == .directory { return }
    throw SystemError(.createTemporary, path, code: code)
  }

  /// Creates the directories that lead to `path`, unless they exist.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package static func createDirectories(above path: String) throws(SystemError) {
    var directory = ""
    for part in path.pathParts().dropLast() {
      directory += part
      if !directory.isEmpty { try createDirectory(directory) }
      directory += "/"
    }
  }
}
