package import Compression
package import Files

/// Why an output couldn't be written. Its final name is as it was before.
package enum WritingError: Error, Equatable {
  case system(SystemError)
  case compression(CompressionError)
  case outputExists(path: String)
  case isDirectory(path: String)
  case notDirectory(path: String)
  /// The directory holds shards of an earlier run.
  case shardsExist(path: String)
  /// Another run writes shards to the directory.
  case folderInUse(path: String)
}
