extension FieldValue {
  /// A value that ``JSONScanner`` has found.
  init(_ raw: JSONScanner.RawValue?, in line: Span<UInt8>) {
    guard let raw else {
      self = .missing
      return
    }
    switch raw.kind {
    case .string: self = .string(Self.string(line.extracting(raw.range), raw.hasEscapes))
    case .number: self = Self.number(line.extracting(raw.range))
    case .boolean: self = .boolean(line[raw.range.lowerBound] == UInt8(ascii: "t"))
    case .null: self = .null
    case .object, .array: self = .other
    }
  }

  /// - Precondition: the line was read, and so is UTF-8.
  private static func string(_ text: Span<UInt8>, _ hasEscapes: Bool) -> String {
    if !hasEscapes, let utf8 = try? UTF8Span(validating: text) { return String(copying: utf8) }
    return String(decoding: JSONScanner.unescaped(text), as: UTF8.self)
  }

  private static func number(_ digits: Span<UInt8>) -> FieldValue {
    let text = String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self)
    let isInteger = text.utf8.allSatisfy {
      $0 == UInt8(ascii: "-") || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
    }
    if isInteger { return Int64(text).map { FieldValue($0) } ?? .largeNumber(text) }
    guard let value = Double(text), value.isFinite else { return .largeNumber(text) }
    return .number(value)
  }
}
