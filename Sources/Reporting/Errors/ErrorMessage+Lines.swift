internal import Pipeline
internal import Reading

/// Errors of single lines.
extension ErrorMessage {
  /// The kinds of file that a line can be in.
  enum LineRole {
    case pool, target, evaluation, weights
  }

  static func invalidLine(_ error: InvalidLine, of role: LineRole) -> String {
    let skip = "or leave such lines out with --on-error skip."
    switch error {
    case .notJSON(let fault, let column):
      return "not valid JSON at byte \(column): \(fault.text). Fix the line, \(skip)"
    case .notUTF8(let column):
      return "not UTF-8 at byte \(column): invalid bytes. Convert the file with 'iconv', \(skip)"
    case .notAnObject(let found):
      let advice =
        switch found {
        case .array: "Write its items as lines (jq -c '.[]')"
        case .string: "Make an object of each line (jq -c '{text: .}')"
        case .object, .number, .boolean, .null: "Fix the line"
        }
      return "expected one JSON object per line, but found \(found.text). \(advice), \(skip)"
    case .missingField(let path, let present):
      let names = present.isEmpty ? "" : " The line has: \(present.joined(separator: ", "))."
      let advice = role == .weights ? "\(role.textAdvice)." : "\(role.textAdvice), \(skip)"
      return "the field \"\(path)\" is missing.\(names) \(advice)"
    case .missingInList(_, let list, let items):
      return
        "the field \"\(list)\" is a list. For the texts of all its items, write \"\(items)\". "
        + "\(role.textAdvice), \(skip)"
    case .notAString(let path, let found):
      return
        "the field \"\(path)\" is \(found.text), not a string.\(listAdvice(path, found, role)) "
        + "\(role.textAdvice), \(skip)"
    case .noText(let paths, let present):
      let names = present.isEmpty ? "" : " The line has: \(present.joined(separator: ", "))."
      return "found no text at \"\(paths)\".\(names) \(role.textAdvice), \(skip)"
    case .notOfKind(let path, let found, let expected):
      return
        "the field \"\(path)\" is \(found.text), not \(expected.text)."
        + (expected == .object ? listAdvice(path, found, role) : "")
        + " \(role.textAdvice), \(skip)"
    case .sumTooLarge(let paths):
      let fields = paths.map { "\"\($0)\"" }.joined(separator: ", ")
      return
        "the log weight is too large: the sum of \(fields) times --field-scale exceeds 1.8e308. "
        + "Use a smaller --field-scale, \(skip)"
    case .additionTooLarge(let paths):
      let fields = paths.map { "\"\($0)\"" }.joined(separator: ", ")
      return
        "the log weight is too large: what --add makes of \(fields) exceeds 1.8e308. Use smaller "
        + "numbers, such as their logarithms, \(skip)"
    case .weightTooLarge(let weight, let temperature):
      return
        "the log weight \(weight) is too large: divided by a temperature of \(temperature), it "
        + "exceeds 1.8e308. Raise --temperature, or make the weights smaller."
    case .notANumber(let path, let found, let expected):
      return
        "the field \"\(path)\" is \(found.text(where: expected)). \(role.numberAdvice), \(skip)"
    }
  }
}

extension ErrorMessage {
  /// How to name the strings in a list.
  private static func listAdvice(_ path: String, _ found: JSONKind, _ role: LineRole) -> String {
    guard found == .array, role != .weights else { return "" }
    return
      " The strings of a list are at \"\(path)[]\", and those of its objects at "
      + "\"\(path)[].KEY\"."
  }
}

extension ErrorMessage.LineRole {
  fileprivate var textAdvice: String {
    switch self {
    case .pool: "Name the field that holds the text with --text-field"
    case .target:
      "Name the field that holds the text with --text-field, for target and pool, or with "
        + "--target-text-field, for the target alone"
    case .evaluation:
      "Name the field that holds the text with --text-field, for all files, or with "
        + "--exclude-text-field, for the evaluation files alone"
    case .weights: Self.weightAdvice
    }
  }

  fileprivate var numberAdvice: String {
    switch self {
    case .pool, .target, .evaluation: "Name a field that holds a number"
    case .weights: Self.weightAdvice
    }
  }

  private static let weightAdvice = "Name a file of weights from 'dsel weigh'"
}

extension InvalidLine.FoundValue {
  /// The actual value, and the expected one.
  fileprivate func text(where expected: InvalidLine.ExpectedNumber) -> String {
    switch self {
    case .missing: "missing"
    case .kind(let kind): "\(kind.text), not \(expected.text)"
    case .objectOrArray: "an object or an array, not \(expected.text)"
    case .notFinite(let text):
      "\(text), not \(expected == .double ? "a finite number" : expected.text)"
    case .written(let text):
      expected == .double
        ? "\(text), which exceeds the largest number, 1.8e308" : "\(text), not \(expected.text)"
    }
  }
}

extension InvalidLine.ExpectedNumber {
  fileprivate var text: String {
    switch self {
    case .double: "a number"
    case .count(let limit): "a whole number from 0 to \(Format.count(limit))"
    case .hash: "16 hexadecimal digits"
    }
  }
}

extension InvalidLine.Fault {
  var text: String {
    switch self {
    case .expectedValue: "a value is expected"
    case .expectedKey: "a key in double quotes is expected"
    case .expectedColon: "a colon is expected"
    case .expectedCommaOrEnd: "a comma or a closing bracket is expected"
    case .trailingComma: "there is a comma before the closing bracket"
    case .trailingData: "the line goes on after the object, and must have only one"
    case .unterminated: "the line ends inside a value, as if the file had been cut short"
    case .controlCharacter: "a string has a control character that is not escaped"
    case .badEscape: "unknown or incomplete escape"
    case .loneSurrogate: "half of a surrogate pair is escaped alone"
    case .badNumber: "not a JSON number"
    case .notFinite: "NaN and Infinity are no JSON, where a number or null is expected"
    case .tooDeep: "nested deeper than 1024 levels"
    }
  }
}

extension JSONKind {
  var text: String {
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
