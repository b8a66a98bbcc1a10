package import Platform

/// What the file system says of an open file: enough to tell one file from another, and a file
/// from its changed self.
package struct FileStatus: Equatable, Sendable {
  package enum Kind: Sendable { case regular, directory, other }

  package let kind: Kind
  package let byteCount: Int
  package let device: UInt64
  package let inode: UInt64
  /// Time of the last change of content, in nanoseconds.
  package let modificationTime: Int

  /// True when both describe the same file, whatever its content now.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }
}

extension FileStatus {
  /// What `stat(2)` says of a path, following links; nil if there is no such file.
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
      // A clock may be wrong by centuries, and times are only ever compared.
      modificationTime: Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec))
  }
}
