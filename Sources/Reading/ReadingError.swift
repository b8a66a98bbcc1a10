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
  /// Not JSON: the fault, and the byte of the line where it is (from 1).
  case notJSON(Fault, column: Int)
  case notUTF8(column: Int)
  case notAnObject(found: JSONKind)
  /// - Parameter present: the fields that the object has.
  case missingField(path: String, present: [String])
  case notAString(path: String, found: JSONKind)
  /// A field has something else than the number that is expected.
  case notANumber(path: String, found: FoundValue, expected: ExpectedNumber)
  /// The numbers in these fields, each times its scale, add up to more than the largest double.
  case sumTooLarge(paths: [String])
  /// A log weight over the temperature is larger than the largest double.
  case weightTooLarge(weight: Double, temperature: Double)

  /// A breach of JSON's grammar.
  package enum Fault: Sendable {
    case expectedValue
    case expectedKey
    case expectedColon
    case expectedCommaOrEnd
    case trailingComma
    /// More text follows the value.
    case trailingData
    case unterminated
    case controlCharacter
    case badEscape
    case loneSurrogate
    case badNumber
    case tooDeep
  }

  /// A value that stands where a number is expected.
  package enum FoundValue: Equatable, Sendable {
    case missing
    case kind(JSONKind)
    case objectOrArray
    /// A string or a number that is not one of those expected, as it is written.
    case written(String)
  }

  /// The numbers that a field may have.
  package enum ExpectedNumber: Equatable, Sendable {
    /// Any number that a double can hold.
    case double
    /// A whole number from 0 up to a limit.
    case count(upTo: Int)
    /// 16 hexadecimal digits in a string.
    case hash
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

/// The kinds of JSON value.
package enum JSONKind: Sendable {
  case object, array, string, number, boolean, null
}
