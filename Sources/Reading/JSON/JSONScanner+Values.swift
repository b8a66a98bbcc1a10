internal import CVector
internal import Files

/// Reading of values, and of the characters between them.
extension JSONScanner {
  func byte(_ line: Span<UInt8>) -> UInt8? {
    position < line.count ? line[position] : nil
  }

  func fault(_ fault: InvalidLine.Fault) -> InvalidLine {
    .notJSON(fault, column: position + 1)
  }

  mutating func skipBlanks(_ line: Span<UInt8>) {
    while position < line.count {
      switch line[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  func kindOfValue(_ line: Span<UInt8>) throws(InvalidLine) -> JSONKind {
    switch byte(line) {
    case nil: throw fault(.unterminated)
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"): return .number
    case let digit? where isDigit(digit): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "N") where has("NaN", line): throw fault(.notFinite)
    case UInt8(ascii: "I") where has("Infinity", line): throw fault(.notFinite)
    default: throw fault(.expectedValue)
    }
  }

  /// Whether the line goes on with a word. Python writes some that JSON doesn't have.
  private func has(_ word: String, _ line: Span<UInt8>) -> Bool {
    var place = position
    for expected in word.utf8 {
      guard place < line.count, line[place] == expected else { return false }
      place += 1
    }
    return true
  }

  mutating func scanLiteral(_ line: Span<UInt8>) throws(InvalidLine) {
    let word =
      switch byte(line) {
      case UInt8(ascii: "t"): "true"
      case UInt8(ascii: "f"): "false"
      default: "null"
      }
    for expected in word.utf8 {
      guard let next = byte(line) else { throw fault(.unterminated) }
      guard next == expected else { throw fault(.expectedValue) }
      position += 1
    }
    if let next = byte(line), next | 0x20 >= UInt8(ascii: "a"), next | 0x20 <= UInt8(ascii: "z") {
      throw fault(.expectedValue)
    }
  }

  /// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
  mutating func scanNumber(_ line: Span<UInt8>) throws(InvalidLine) {
    if byte(line) == UInt8(ascii: "-") { position += 1 }
    if byte(line) == UInt8(ascii: "0") {
      position += 1
      if let next = byte(line), isDigit(next) { throw fault(.badNumber) }
    } else {
      try scanDigits(line)
    }
    if byte(line) == UInt8(ascii: ".") {
      position += 1
      try scanDigits(line)
    }
    if let next = byte(line), next | 0x20 == UInt8(ascii: "e") {
      position += 1
      if let sign = byte(line), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        position += 1
      }
      try scanDigits(line)
    }
  }

  private mutating func scanDigits(_ line: Span<UInt8>) throws(InvalidLine) {
    guard let first = byte(line), isDigit(first) else {
      throw fault(has("Infinity", line) ? .notFinite : .badNumber)
    }
    while let next = byte(line), isDigit(next) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Reads a string, opening quote to closing quote.
  mutating func scanString(_ line: Span<UInt8>) throws(InvalidLine) -> RawString {
    position += 1
    let start = position
    if start == followed.range.lowerBound {
      position = followed.range.upperBound + 1
      return followed
    }
    if let kernels, let string = string(line, from: start, kernels) {
      position = string.range.upperBound + 1
      keep(string)
      return string
    }
    var hasEscapes = false
    while position < line.count {
      switch line[position] {
      case UInt8(ascii: "\""):
        let string = RawString(range: start..<position, hasEscapes: hasEscapes)
        position += 1
        keep(string)
        return string
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try scanEscape(line)
      case 0..<0x20: throw fault(.controlCharacter)
      default: position += 1
      }
    }
    throw fault(.unterminated)
  }

  /// The string that begins at `start`; nil if it has any fault.
  private func string(
    _ line: Span<UInt8>, from start: Int, _ kernels: Kernels
  ) -> RawString? {
    var hasEscapes: Int32 = 0
    let end = unsafe line.withUnsafeBufferPointer { bytes in
      // SAFETY: callers that name kernels have padded the line.
      unsafe dsel_string_end(
        kernels.backend, bytes.baseAddress, bytes.count, start, &hasEscapes)
    }
    // SIZE_MAX, which means none, is imported as -1.
    return end >= start ? RawString(range: start..<end, hasEscapes: hasEscapes != 0) : nil
  }

  private mutating func scanEscape(_ line: Span<UInt8>) throws(InvalidLine) {
    guard position + 1 < line.count else { throw fault(.unterminated) }
    switch line[position + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 2
    case UInt8(ascii: "u"):
      guard let unit = Self.codeUnit(line, at: position) else { throw fault(.badEscape) }
      switch unit {
      case 0xD800...0xDBFF:
        guard let low = Self.codeUnit(line, at: position + 6), 0xDC00...0xDFFF ~= low else {
          throw fault(.loneSurrogate)
        }
        position += 12
      case 0xDC00...0xDFFF: throw fault(.loneSurrogate)
      default: position += 6
      }
    default: throw fault(.badEscape)
    }
  }

  /// The value of the escape `\uXXXX` at `start`; nil if there is none.
  static func codeUnit(_ line: Span<UInt8>, at start: Int) -> UInt32? {
    guard start + 6 <= line.count, line[start] == UInt8(ascii: "\\"),
      line[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for index in (start + 2)..<(start + 6) {
      let digit: UInt8
      switch line[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = line[index] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = line[index] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = line[index] - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
