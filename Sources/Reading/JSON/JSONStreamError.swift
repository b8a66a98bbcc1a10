/// Why a file is not the JSON that was expected. Offsets are in its decompressed bytes, from 0.
package enum JSONStreamError: Error, Equatable {
  case reading(ReadingError)
  case syntax(InvalidLine.Fault, offset: Int)
  case notUTF8(offset: Int)
  case unexpected(expected: JSONKind, found: JSONKind, offset: Int)
  case notAWholeNumber(offset: Int)
  case repeatedKey(String, offset: Int)
  /// A number, a string or an object is longer than any that means something.
  case tooLong(offset: Int)
}
