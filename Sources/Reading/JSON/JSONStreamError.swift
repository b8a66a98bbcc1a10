/// The reason why a JSON file can't be used: it can't be read, or its content is unexpected.
package enum JSONStreamError: Error, Equatable {
  case reading(ReadingError)
  case unusable(JSONFileFault)
}

/// A fault in the content of a JSON file. Offsets are in the decompressed bytes, from 0.
package enum JSONFileFault: Error, Equatable {
  case syntax(InvalidLine.Fault, offset: Int)
  case notUTF8(offset: Int)
  case unexpected(expected: JSONKind, found: JSONKind, offset: Int)
  case notAWholeNumber(offset: Int)
  case repeatedKey(String, offset: Int)
  /// A number, a string or an object is longer than any meaningful one.
  case tooLong(offset: Int)
  /// Another kind of file.
  case otherFormat
  case newerVersion(Int, readable: Int)
  /// The file was made with another version of Unicode than this program's.
  case otherUnicodeTables(String, own: String)
  case missing(String)
  /// A member has an impossible value, or contradicts another.
  case invalid(String)
  /// A member, or its sum over several files, is larger than the largest number that is read.
  case tooLarge(String, limit: Int)
}

/// The faults as errors.
extension JSONStreamError {
  static func syntax(_ fault: InvalidLine.Fault, offset: Int) -> Self {
    .unusable(.syntax(fault, offset: offset))
  }
  static func notUTF8(offset: Int) -> Self { .unusable(.notUTF8(offset: offset)) }
  static func unexpected(expected: JSONKind, found: JSONKind, offset: Int) -> Self {
    .unusable(.unexpected(expected: expected, found: found, offset: offset))
  }
  static func notAWholeNumber(offset: Int) -> Self { .unusable(.notAWholeNumber(offset: offset)) }
  static func repeatedKey(_ key: String, offset: Int) -> Self {
    .unusable(.repeatedKey(key, offset: offset))
  }
  static func tooLong(offset: Int) -> Self { .unusable(.tooLong(offset: offset)) }
  package static var otherFormat: Self { .unusable(.otherFormat) }
  package static func newerVersion(_ version: Int, readable: Int) -> Self {
    .unusable(.newerVersion(version, readable: readable))
  }
  package static func otherUnicodeTables(_ version: String, own: String) -> Self {
    .unusable(.otherUnicodeTables(version, own: own))
  }
  package static func missing(_ member: String) -> Self { .unusable(.missing(member)) }
  package static func invalid(_ member: String) -> Self { .unusable(.invalid(member)) }
  package static func tooLarge(_ member: String, limit: Int) -> Self {
    .unusable(.tooLarge(member, limit: limit))
  }
}
