internal import Reading

// The words of FILE.reasons.jsonl. It is an output, and other programs may compare its words, so
// they stay as they are. Messages have words of their own, in Reporting.

extension InvalidLine.Fault {
  var recordedDetail: String {
    switch self {
    case .expectedValue, .notFinite: "a value is expected"
    case .expectedKey: "a key in double quotes is expected"
    case .expectedColon: "a colon is expected"
    case .expectedCommaOrEnd: "a comma or a closing bracket is expected"
    case .trailingComma: "a comma stands before the closing bracket"
    case .trailingData: "more text follows the object: one object a line"
    case .unterminated: "the line ends inside a value, as if the file had been cut short"
    case .controlCharacter: "a control character stands unescaped in a string"
    case .badEscape: "unknown or incomplete escape"
    case .loneSurrogate: "half of a surrogate pair is escaped alone"
    case .badNumber: "not a JSON number"
    case .tooDeep: "nested deeper than 1024 levels"
    }
  }
}

extension JSONKind {
  var recordedName: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "true or false"
    case .null: "null"
    }
  }
}

extension InvalidLine.FoundValue {
  var recordedText: String {
    switch self {
    case .missing: "missing"
    case .kind(let kind): kind.recordedName
    case .objectOrArray: "an object or an array"
    case .notFinite(let text), .written(let text): text
    }
  }

  /// A sum, or a weight over the temperature, that no double can hold.
  static let recordedSum = "a sum beyond all numbers"
}
