package import Platform

/// The status of a file: enough to tell one file from another, and to notice that a file has
/// changed.
package struct FileStatus: Equatable, Sendable {
  package enum Kind: Sendable { case regular, directory, other }

  package let kind: Kind
  package let byteCount: Int
  package let device: UInt64
  package let inode: UInt64
  /// The time of the last change of its content, in nanoseconds.
  package let modificationTime: Int

  /// Whether both describe the same file, even if its content has changed.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}

extension FileStatus {
  /// The result of `stat(2)` for a path, following links; nil if there is no such file.
  ///
  /// - Throws: ``SystemError`` of operation `inspect`.
  package init?(path: String) throws(SystemError) {
    var status = stat()
    guard unsafe FileName.withBytes(of: path, { unsafe stat($0, &status) }) == 0 else {
      if errno == ENOENT { return nil }
      throw SystemError(.inspect, path)
    }
    self.init(status)
  }

  /// The status of what a program gives: nothing is known of it beforehand.
  ///
  /// - Parameter path: names a file perhaps, to which the status belongs then.
  package static func ofOutput(named path: String) -> FileStatus {
    let file = try? FileStatus(path: path)
    // No device and no file have this number.
    return FileStatus(
      kind: .other, byteCount: 0, device: file?.device ?? .max, inode: file?.inode ?? .max,
      modificationTime: 0)
  }

  /// Whether this is a file of which no other status is known.
  package var hasIdentity: Bool { device != .max || inode != .max }

  init(_ status: stat) {
    let time = SystemCall.modificationTime(of: status)
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      default: .other
      }
    self.init(
      kind: kind, byteCount: Int(status.st_size), device: UInt64(truncatingIfNeeded: status.st_dev),
      inode: UInt64(status.st_ino),
      // The clock may be wrong by centuries. Times are only compared, so overflow does no harm.
      modificationTime: Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec))
  }
}

/// The room on a file system.
package enum FileSystem {
  /// The number of bytes that this user may still write in a directory; nil if it isn't known.
  package static func freeByteCount(in directory: String) -> Int? {
    var status = statvfs()
    guard unsafe FileName.withBytes(of: directory, { unsafe statvfs($0, &status) }) == 0 else {
      return nil
    }
    let (count, overflows) = Int(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    return overflows ? .max : count
  }
}
