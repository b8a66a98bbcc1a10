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
