package import Compression
internal import Files
package import Platform

/// What can be wrong with an input as a whole, or with one of its lines.
package enum ReadingError: Error, Equatable {
  case system(SystemError)
  case isDirectory(path: String)
  /// The compressed stream can't be decoded.
  case damaged(path: String, CompressionError)
  /// The file, or what is within its container, is in a format that isn't read.
  case foreign(path: String, ForeignFormat, within: Container)
  /// What isn't the name of a file, but of something on a network, such as `s3://bucket/key`.
  case remote(path: String)
  /// A line longer than `limit` bytes, that begins at `offset` in the decompressed text.
  case lineTooLong(path: String, offset: Int, limit: Int)
  /// The file is no longer the one that an earlier pass read.
  case changed(path: String)
}

/// Why a line is no document.
package enum InvalidLine: Error, Equatable, Sendable {
  /// Not JSON: what is wrong, at which byte of the line (from 1).
  case notJSON(Fault, column: Int)
  case notUTF8(column: Int)
  case notAnObject(found: JSONKind)
  case missingField(path: String, present: [String])
  case notAString(path: String, found: JSONKind)
  /// A field that should have a number, and of the right kind, has something else: as it is written, or a kind of value.
  case notANumber(path: String, found: String)
  /// The sum of the numbers in these fields, each times its scale, is none: it is too large.
  case sumTooLarge(paths: [String])
  /// A log weight that is too large to be divided by the temperature.
  case weightTooLarge(weight: Double, temperature: Double)

  package enum Fault: String, Sendable {
    case expectedValue = "a value is expected"
    case expectedKey = "a key in double quotes is expected"
    case expectedColon = "a colon is expected"
    case expectedCommaOrEnd = "a comma or a closing bracket is expected"
    case trailingComma = "a comma stands before the closing bracket"
    case trailingData = "more text follows the object: one object a line"
    case unterminated = "the line ends inside a value, as if the file had been cut short"
    case controlCharacter = "a control character stands unescaped in a string"
    case badEscape = "unknown or incomplete escape"
    case loneSurrogate = "half of a surrogate pair is escaped alone"
    case badNumber = "not a JSON number"
    case tooDeep = "nested deeper than 1024 levels"
  }

  /// The reasons by which skipped lines are counted.
  package enum Reason: String, CaseIterable, Sendable {
    case notJSON = "not_json"
    case notUTF8 = "not_utf8"
    case notAnObject = "not_an_object"
    case missingField = "missing_field"
    case notAString = "not_a_string"
    case notANumber = "not_a_number"
  }

  package var reason: Reason {
    switch self {
    case .notJSON: .notJSON
    case .notUTF8: .notUTF8
    case .notAnObject: .notAnObject
    case .missingField: .missingField
    case .notAString: .notAString
    case .notANumber, .sumTooLarge, .weightTooLarge: .notANumber
    }
  }
}

/// The kinds of JSON value, named as a message names them.
package enum JSONKind: String, Sendable {
  case object = "an object"
  case array = "an array"
  case string = "a string"
  case number = "a number"
  case boolean = "true or false"
  case null = "null"
}
