package import Compression
internal import Files
package import Parquet
package import Platform

/// A fault of an input as a whole, or of one of its lines.
package enum ReadingError: Error, Equatable {
  case system(SystemError)
  case isDirectory(path: String)
  /// The compressed stream can't be decoded.
  case damaged(path: String, CompressionError)
  /// The file, or the content of its container, is in a format that dsel doesn't read.
  case foreign(path: String, ForeignFormat, within: Container)
  /// The file is a Parquet file that can't be read.
  case parquet(path: String, ParquetFault)
  /// The name isn't that of a file, but of an object on a network, such as `s3://bucket/key`.
  case remote(path: String)
  /// A line longer than `limit` bytes, which begins at `offset` in the decompressed text.
  case lineTooLong(path: String, offset: Int, limit: Int)
  /// The file is no longer the one that an earlier pass read.
  case changed(path: String)
  /// The command that reads the file failed.
  case reader(path: String, ReaderFault)
}

/// The reason why documents can't be read from a Parquet file.
package enum ParquetFault: Error, Equatable {
  case file(ParquetError)
  /// No column is where the text should be.
  ///
  /// - Parameter present: the columns that the file has, as paths.
  case missingColumn(field: String, present: [String])
  /// A column has values of a kind that isn't supported.
  case unsupportedColumn(column: String, feature: String)
  /// A Parquet file is read from its end, which a pipe doesn't allow.
  case pipe
  /// The same of a command's output.
  case reader
}

/// The reason why a line is not a document.
package enum InvalidLine: Error, Equatable, Sendable {
  /// The line isn't JSON: the fault, and the byte of the line where it is (from 1).
  case notJSON(Fault, column: Int)
  case notUTF8(column: Int)
  case notAnObject(found: JSONKind)
  /// - Parameter present: the fields that the object has.
  case missingField(path: String, present: [String])
  /// There is a list on the way to the text, and the path doesn't lead into lists.
  ///
  /// - Parameter items: the path that does.
  case missingInList(path: String, list: String, items: String)
  case notAString(path: String, found: JSONKind)
  /// None of several paths leads to text.
  case noText(paths: String, present: [String])
  /// A value on the way to a text isn't the object or the array that the path expects.
  case notOfKind(path: String, found: JSONKind, expected: JSONKind)
  /// A field has another value than the expected number.
  case notANumber(path: String, found: FoundValue, expected: ExpectedNumber)
  /// The numbers in these fields, each multiplied by its scale, exceed the largest double in sum.
  case sumTooLarge(paths: [String])
  /// What the numbers in these fields add to a log weight makes it exceed the largest double.
  case additionTooLarge(paths: [String])
  /// A log weight divided by the temperature is larger than the largest double.
  case weightTooLarge(weight: Double, temperature: Double)

  /// A violation of JSON's grammar.
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
    /// `NaN`, `Infinity` or `-Infinity`.
    case notFinite
    case tooDeep
  }

  /// A value in the place of an expected number.
  package enum FoundValue: Equatable, Sendable {
    case missing
    case kind(JSONKind)
    case objectOrArray
    /// `NaN`, `Infinity` or `-Infinity`.
    case notFinite(String)
    /// A string or a number other than the expected ones, as it is written.
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

  /// The reasons for skipped lines, by which they are counted.
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
    case .missingField, .missingInList, .noText: .missingField
    case .notAString, .notOfKind: .notAString
    case .notANumber, .sumTooLarge, .additionTooLarge, .weightTooLarge: .notANumber
    }
  }
}

/// The kinds of JSON value.
package enum JSONKind: Sendable {
  case object, array, string, number, boolean, null
}
