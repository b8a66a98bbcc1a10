extension FieldValue {
  /// The value as a name, for strata and domains.
  ///
  /// A string is its own name. A whole number has no point, and other numbers are the shortest
  /// decimal that reads back the same.
  ///
  /// - Returns: nil for a missing value, null, an object or an array.
  package var text: String? {
    switch self {
    case .string(let value), .largeNumber(let value), .notFinite(let value): value
    case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
    case .boolean(let value): String(value)
    case .missing, .null, .other: nil
    }
  }
}
