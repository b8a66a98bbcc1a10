extension FieldValue {
  /// The value as a name, for strata and domains: a string as it is, a whole number without a
  /// point, other numbers in the shortest decimal that reads back the same.
  ///
  /// - Returns: nil where there is nothing, null, an object or an array.
  package var text: String? {
    switch self {
    case .string(let value), .largeNumber(let value): value
    case .number(let value): Int(exactly: value).map(String.init) ?? String(value)
    case .boolean(let value): String(value)
    case .missing, .null, .other: nil
    }
  }
}
