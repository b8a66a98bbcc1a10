internal import Reading

extension FieldValue {
  /// The number in the field `path`.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:expected:)``
  func double(of path: String) throws(InvalidLine) -> Double { try wideNumber(of: path).high }

  /// The number in the field `path`, with the digits of a large integer that its double lacks.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:expected:)``
  func wideNumber(of path: String) throws(InvalidLine) -> WideNumber {
    let found: InvalidLine.FoundValue
    switch self {
    case .number(let value): return WideNumber(value)
    case .largeNumber(let text):
      if let value = WideNumber(text) { return value }
      found = .written(text)
    case .missing: found = .missing
    case .string: found = .kind(.string)
    case .boolean: found = .kind(.boolean)
    case .null: found = .kind(.null)
    case .other: found = .objectOrArray
    }
    throw .notANumber(path: path, found: found, expected: .double)
  }
}
