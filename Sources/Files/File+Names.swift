package import Platform

/// What is done to the names of files.
extension File {
  /// Whether files can be made in a directory.
  ///
  /// - Returns: zero, or `errno`.
  package static func checkWritable(directory: String) -> Int32 {
    unsafe FileName.withBytes(of: directory) { unsafe access($0, W_OK) == 0 ? 0 : errno }
  }

  /// Where a symbolic link leads, as it is written; nil if the path is none.
  package static func linkTarget(_ path: String) -> String? {
    // PATH_MAX: a longer one can't be followed.
    var characters = [CChar](repeating: 0, count: 4096)
    let count = unsafe FileName.withBytes(of: path) { name in
      // SAFETY: readlink writes at most as many bytes as are there, and no NUL.
      unsafe readlink(name, &characters, characters.count)
    }
    return count > 0 ? FileName.string(characters[..<count].map(UInt8.init(bitPattern:))) : nil
  }

  /// Takes a name away. Where there is none, nothing happens.
  package static func remove(_ path: String) {
    // SAFETY: unlink reads the string during the call only; so do the calls below.
    unsafe FileName.withBytes(of: path) { unsafe _ = unlink($0) }
  }

  /// Gives the file `path` another name, at once, and takes that from the file that has it.
  ///
  /// - Returns: zero, or `errno`.
  package static func rename(_ path: String, to newPath: String) -> Int32 {
    unsafe FileName.withBytes(of: path) { path in
      unsafe FileName.withBytes(of: newPath) { newPath in
        unsafe SystemCall.renameFile(path, to: newPath) == 0 ? 0 : errno
      }
    }
  }

  /// Gives the file `path` a second name, which must not be there yet. A link isn't followed.
  ///
  /// - Returns: zero, or `errno`.
  package static func link(_ path: String, to newPath: String) -> Int32 {
    unsafe FileName.withBytes(of: path) { path in
      unsafe FileName.withBytes(of: newPath) { newPath in
        unsafe linkat(AT_FDCWD, path, AT_FDCWD, newPath, 0) == 0 ? 0 : errno
      }
    }
  }

  /// Makes a directory, in one that is there.
  ///
  /// - Returns: zero, or `errno`.
  package static func makeDirectory(_ path: String) -> Int32 {
    unsafe FileName.withBytes(of: path) { unsafe mkdir($0, 0o777) == 0 ? 0 : errno }
  }

  /// Takes a directory away, if it is empty.
  package static func removeDirectory(_ path: String) {
    unsafe FileName.withBytes(of: path) { unsafe _ = rmdir($0) }
  }

  /// Takes a directory away, and the files in it. What is no directory, such as a link to one, stays, and so do directories in it:
  /// in a directory that others may write to, a name may be anything's.
  package static func removeDirectoryOfFiles(_ directory: String) {
    func opened() -> Int32 {
      retrying {
        unsafe FileName.withBytes(of: directory) {
          unsafe open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
      }
    }
    // Once more: what stands in the way of cleaning up may pass, and nobody else would come back for it.
    var descriptor = opened()
    if descriptor < 0 { descriptor = opened() }
    // Where it can't be looked into it may be empty, and goes all the same; a link doesn't.
    guard descriptor >= 0 else { return removeDirectory(directory) }
    guard let stream = unsafe fdopendir(descriptor) else {
      _ = closeDescriptor(descriptor)
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
  /// - Returns: zero, or `errno`. Zero also where there is no way to wait: not every file system has one for directories,
  ///   and a directory that may be written but not read can't be opened.
  package static func synchronizeDirectory(_ directory: String) -> Int32 {
    let descriptor = retrying {
      unsafe FileName.withBytes(of: directory) {
        unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      }
    }
    guard descriptor >= 0 else { return errno == EACCES ? 0 : errno }
    defer { _ = closeDescriptor(descriptor) }
    guard retrying({ fsync(descriptor) }) != 0 else { return 0 }
    return [EINVAL, ENOSYS, ENOTSUP, EBADF, EROFS].contains(errno) ? 0 : errno
  }

  /// The names in a directory, in no particular order; none if it can't be read.
  package static func names(in directory: String) -> [String] {
    guard let stream = unsafe FileName.withBytes(of: directory, { unsafe opendir($0) }) else {
      return []
    }
    defer { unsafe _ = closedir(stream) }
    return unsafe names(in: stream)
  }

  private static func names(in stream: OpaquePointer) -> [String] {
    var names: [String] = []
    // SAFETY: the entry is valid until the next call, and its name ends with a NUL.
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe FileName.string(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      names.append(name)
    }
    return names
  }

  /// Ends the process without running what is registered for its end.
  package static func exitAtOnce(status: Int32) -> Never { _exit(status) }

  /// Creates a directory, unless there is one of that name.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`.
  package static func createDirectory(_ path: String) throws(SystemError) {
    let code = makeDirectory(path)
    guard code != 0 else { return }
    if code == EEXIST, try FileStatus(path: path)?.kind == .directory { return }
    throw SystemError(.createTemporary, path, code: code)
  }

  /// Creates the directories that lead to `path`, as far as they aren't there.
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
