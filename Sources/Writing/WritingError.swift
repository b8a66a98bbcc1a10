package import Compression
internal import Files
package import Platform

/// Why an output couldn't be written.
///
/// Its final name is as it was before.
package enum WritingError: Error, Equatable {
  case system(SystemError)
  case compression(CompressionError)
  case outputExists(path: String)
  /// A link to something that doesn't exist.
  case linkExists(path: String, target: String)
  case isDirectory(path: String)
  case notDirectory(path: String)
  /// The directory holds shards of an earlier run.
  case shardsExist(path: String)
  /// Another run writes shards to the directory.
  case directoryInUse(path: String)
  /// The file system of the directory can't rename files.
  case noRename(directory: String, SystemError)
  /// The file system of the directory didn't answer a request for a lock in that time.
  case noLockAnswer(directory: String, seconds: Int)
  /// The command that takes an output failed.
  case writer(WriterFault)
}
