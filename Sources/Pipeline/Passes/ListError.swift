package import Reading

/// A directory or a list doesn't name files of documents.
package enum ListError: Error {
  /// No name in a directory ends like that of a file of documents.
  ///
  /// - Parameter others: the files that are there instead; nil if there are none.
  case noDocuments(directory: String, _ others: FoundFiles.LeftOut?)
  /// The list itself is a directory.
  case isDirectory(path: String)
  /// The list seems to be a file of documents.
  case documents(path: String)
  case empty(path: String)
  /// The list has NUL bytes, but is read by lines.
  case endsInNUL(path: String)
  /// The list has lines, but is read by NUL bytes.
  case endsInLineEnds(path: String)
  /// - Parameter line: the number of the name, from 1, as in the other cases.
  case nameTooLong(path: String, line: Int)
  case noFile(path: String, line: Int, ReadingError)
  /// The list names standard input.
  case standardInput(path: String, line: Int)
}
