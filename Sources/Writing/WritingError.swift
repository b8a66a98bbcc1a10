package import Compression
internal import Files
package import Platform

/// Why an output couldn't be written. Its final name is as it was before.
package enum WritingError: Error, Equatable {
  case system(SystemError)
  case compression(CompressionError)
  case outputExists(path: String)
  /// A link that leads to nothing yet.
  case linkExists(path: String, target: String)
  case isDirectory(path: String)
  case notDirectory(path: String)
  /// The directory holds shards of an earlier run.
  case shardsExist(path: String)
  /// Another run writes shards to the directory.
  case directoryInUse(path: String)
  /// The file system of the directory gives no file another name.
  case noRename(directory: String, SystemError)
  /// The file system of the directory didn't answer to a lock within that time.
  case noLockAnswer(directory: String, seconds: Int)
}
