internal import Reading

extension FieldValue {
  /// The number in the field `path`.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:expected:)``
  func double(of path: String) throws(InvalidLine) -> Double { try wideNumber(of: path).high }

  /// The whole number from 0 to `limit` in the field `path`.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:expected:)``
  func count(of path: String, upTo limit: Int) throws(InvalidLine) -> Int {
    let expected = InvalidLine.ExpectedNumber.count(upTo: limit)
    let value: Double
    do { value = try double(of: path) } catch {
      guard case .notANumber(_, let found, _) = error else { throw error }
      throw .notANumber(path: path, found: found, expected: expected)
    }
    guard let count = Int(exactly: value), (0...limit).contains(count) else {
      let text = Int(exactly: value).map { "\($0)" } ?? "\(value)"
      throw .notANumber(path: path, found: .written(text), expected: expected)
    }
    return count
  }

  /// The number of tokens in the field `path`, for budgets in the tokens of another program.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:expected:)``
  func tokenCount(of path: String) throws(InvalidLine) -> Int {
    try count(of: path, upTo: Int(UInt32.max))
  }

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
    case .notFinite(let text): found = .notFinite(text)
    case .string: found = .kind(.string)
    case .boolean: found = .kind(.boolean)
    case .null: found = .kind(.null)
    case .other: found = .objectOrArray
    }
    throw .notANumber(path: path, found: found, expected: .double)
  }
}
