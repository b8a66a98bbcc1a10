internal import Files
internal import Parquet
internal import Platform

extension FieldValue {
  /// The current value of a column outside of lists.
  ///
  /// - Throws: ``InvalidLine/notUTF8(column:)``, ``ParquetError``
  init(of column: ColumnReader) throws {
    guard column.isPresent else {
      let isNull =
        column.leaf.repetition == .optional && column.definition == column.leaf.definition - 1
      self = isNull ? .null : .missing
      return
    }
    switch (column.leaf.physical, column.leaf.meaning) {
    case (.bytes, .none), (.bytes, .text):
      self = .string(
        try column.withBytes { bytes in
          try JSONScanner.checkUTF8(bytes, .chosen)
          return String(copying: try UTF8Span(validating: bytes))
        })
    case (.boolean?, _): self = .boolean(column.pattern == 1)
    default:
      var text = ByteBuffer()
      try text.append(jsonValueOf: column)
      let isString = text.span[0] == UInt8(ascii: "\"")
      let range = isString ? 1..<text.count - 1 : 0..<text.count
      let isNumber =
        switch (column.leaf.physical, column.leaf.meaning) {
        case (.float?, _), (.double?, _), (.fixedBytes?, .float16): true
        default: false
        }
      if isString, isNumber {
        self = .notFinite(String(decoding: range.map { text.span[$0] }, as: UTF8.self))
        return
      }
      self = FieldValue(
        JSONScanner.RawValue(kind: isString ? .string : .number, range: range), in: text.span)
    }
  }
}

extension ByteBuffer {
  mutating func append(_ byte: UInt8) throws(ParquetError) {
    do throws(SystemError) { try reserve(additional: 1) } catch { throw .system(error) }
    append(upTo: 1) { output in output.append(byte) }
  }

  mutating func append(ascii text: String) throws(ParquetError) {
    do throws(SystemError) { try append(text.utf8.span) } catch { throw .system(error) }
  }

  /// Appends the current value of a column, which is there.
  mutating func append(jsonValueOf column: ColumnReader) throws(ParquetError) {
    guard column.isPresent else { return try append(ascii: "null") }
    let pattern = column.pattern
    switch (column.leaf.physical, column.leaf.meaning) {
    case (_, .decimal(let scale)):
      let digits = try column.decimalDigits(scale: scale)
      try append(ascii: digits)
    case (.boolean?, _): try append(ascii: pattern == 1 ? "true" : "false")
    case (.int32?, .unsigned): try append(ascii: "\(UInt32(truncatingIfNeeded: pattern))")
    case (.int32?, _): try append(ascii: "\(Int32(truncatingIfNeeded: pattern))")
    case (.int64?, .unsigned): try append(ascii: "\(pattern)")
    case (.int64?, _): try append(ascii: "\(Int64(bitPattern: pattern))")
    case (.float?, _):
      try append(number: Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern))))
    case (.double?, _): try append(number: Double(bitPattern: pattern))
    case (.fixedBytes?, .float16):
      try append(number: Self.half(UInt16(truncatingIfNeeded: pattern)))
    case (.fixedBytes?, .uuid):
      let name = column.withBytes { Self.uuid($0) }
      try append(ascii: "\"\(name)\"")
    default:
      try column.withBytes { bytes throws(ParquetError) in try append(jsonString: bytes) }
    }
  }

  /// A number as JSON has it. JSON has no name for those that aren't finite.
  private mutating func append(number: Double) throws(ParquetError) {
    if number.isFinite { return try append(ascii: "\(number)") }
    try append(ascii: number.isNaN ? "\"NaN\"" : number < 0 ? "\"-Infinity\"" : "\"Infinity\"")
  }

  /// The number with these 16 bits (IEEE 754 binary16).
  private static func half(_ bits: UInt16) -> Double {
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    let fraction = Double(bits & 0x3FF)
    switch bits >> 10 & 0x1F {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    case let exponent:
      return sign
        * Double(sign: .plus, exponent: Int(exponent) - 15, significand: 1 + fraction / 1024)
    }
  }

  private static func uuid(_ bytes: Span<UInt8>) -> String {
    var name = ""
    for index in bytes.indices {
      if [4, 6, 8, 10].contains(index) { name += "-" }
      name += (bytes[index] < 16 ? "0" : "") + String(bytes[index], radix: 16)
    }
    return name
  }

  /// Appends a string in quotes, with the escapes that JSON requires.
  ///
  /// Bytes that aren't UTF-8 stay as they are. A parser of the line finds them.
  mutating func append(jsonString text: Span<UInt8>) throws(ParquetError) {
    do throws(SystemError) {
      try reserve(additional: text.count + 2)
      try appendByte(UInt8(ascii: "\""))
      var start = 0
      while start < text.count {
        var end = start
        while end < text.count, !Self.needsEscape(text[end]) { end += 1 }
        try append(text.extracting(start..<end))
        if end < text.count { try appendEscape(of: text[end]) }
        start = end + 1
      }
      try appendByte(UInt8(ascii: "\""))
    } catch { throw .system(error) }
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendByte(_ byte: UInt8) throws(SystemError) {
    try reserve(additional: 1)
    append(upTo: 1) { output in output.append(byte) }
  }

  private mutating func appendEscape(of byte: UInt8) throws(SystemError) {
    try reserve(additional: 6)
    append(upTo: 6) { output in
      output.append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
      case 0x0A: output.append(UInt8(ascii: "n"))
      case 0x0D: output.append(UInt8(ascii: "r"))
      case 0x09: output.append(UInt8(ascii: "t"))
      default:
        output.append(UInt8(ascii: "u"))
        output.append(UInt8(ascii: "0"))
        output.append(UInt8(ascii: "0"))
        output.append(Self.hexadecimalDigit(byte >> 4))
        output.append(Self.hexadecimalDigit(byte & 15))
      }
    }
  }

  private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

extension ColumnReader {
  /// The largest number of bytes in a decimal: more than 600 digits.
  private static let mostDecimalBytes = 256

  /// The current value, a decimal, as JSON has it.
  ///
  /// - Throws: ``ParquetError/damaged(reason:)``
  fileprivate func decimalDigits(scale: Int) throws(ParquetError) -> String {
    var isNegative = false
    var magnitude: [UInt8] = []
    switch leaf.physical {
    case .int32, .int64:
      let value =
        leaf.physical == .int32
        ? Int64(Int32(truncatingIfNeeded: pattern)) : Int64(bitPattern: pattern)
      isNegative = value < 0
      magnitude = (0..<8).map { UInt8(truncatingIfNeeded: value.magnitude >> (56 - 8 * $0)) }
    case .bytes, .fixedBytes:
      magnitude = withBytes { bytes in bytes.indices.map { bytes[$0] } }
      isNegative = (magnitude.first ?? 0) >= 0x80
      if isNegative { Self.negate(&magnitude) }
    default: throw .damaged(reason: "a decimal of another type")
    }
    guard magnitude.count <= Self.mostDecimalBytes, (0...1000).contains(scale) else {
      throw .damaged(reason: "a decimal of \(magnitude.count) bytes")
    }
    var digits = Self.decimal(magnitude)
    while digits.count <= scale { digits.insert(UInt8(ascii: "0"), at: 0) }
    if scale > 0 { digits.insert(UInt8(ascii: "."), at: digits.count - scale) }
    return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
  }

  /// The two's complement of a number, from its highest byte.
  private static func negate(_ bytes: inout [UInt8]) {
    var carry = true
    for index in bytes.indices.reversed() {
      bytes[index] = ~bytes[index] &+ (carry ? 1 : 0)
      carry = carry && bytes[index] == 0
    }
  }

  /// The digits of a number, by repeated division.
  private static func decimal(_ magnitude: [UInt8]) -> [UInt8] {
    var rest = Array(magnitude.drop { $0 == 0 })
    var digits: [UInt8] = []
    while !rest.isEmpty {
      var remainder = 0
      for index in rest.indices {
        let value = remainder << 8 | Int(rest[index])
        rest[index] = UInt8(value / 10)
        remainder = value % 10
      }
      digits.append(UInt8(ascii: "0") + UInt8(remainder))
      rest = Array(rest.drop { $0 == 0 })
    }
    return digits.isEmpty ? [UInt8(ascii: "0")] : digits.reversed()
  }
}
