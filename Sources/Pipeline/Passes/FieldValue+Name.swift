internal import Reading

extension FieldValue {
  /// The value as `dsel weigh` writes it, without quotes; nil if it names nothing.
  var name: String? {
    switch self {
    case .string(let text), .largeNumber(let text), .notFinite(let text): text
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .missing, .boolean, .null, .other: nil
    }
  }
}
