/// A careful reader of one line of JSON: strict RFC 8259, no recursion, no memory of its own.
///
/// simdjson reads almost every line. This scanner reads those that simdjson can't be used for, and
/// says what simdjson doesn't:
/// - a line that simdjson rejects, to name the fault and its column (or to accept what only its limits
///   exclude: a number that no double holds);
/// - a line so long that simdjson's scratch memory, about 14 times the line, would break the bound
///   on memory.
///
/// It is also the naive twin that the tests hold simdjson against.
struct JSONScanner {
  /// The same depth as simdjson's default.
  static let maximumDepth = 1024

  /// A string as it stands in the line: its bytes between the quotes.
  struct RawString: Equatable {
    var range: Range<Int>
    var hasEscapes: Bool
  }

  /// A value of any kind: a string's bytes between the quotes, all of a number or literal, and of an object or
  /// array only where it begins.
  struct RawValue: Equatable {
    var kind: JSONKind
    var range: Range<Int>
    var hasEscapes = false
  }

  private var position = 0

  /// Validates the line and finds its text: the string at `path`, of duplicate keys the first.
  ///
  /// - Throws: ``InvalidLine``
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  static func findText(in line: Span<UInt8>, path: [[UInt8]]) throws(InvalidLine) -> RawString {
    try find(in: line, path: path, fields: []).text
  }

  /// Validates the line and finds its text and the values at `fields`, nil for a path that leads nowhere.
  ///
  /// - Throws: ``InvalidLine``
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  static func find(
    in line: Span<UInt8>, path: [[UInt8]], fields: [[[UInt8]]]
  ) throws(InvalidLine) -> (text: RawString, fields: [RawValue?]) {
    do {
      _ = try UTF8Span(validating: line)
    } catch {
      throw .notUTF8(column: error.byteOffsets.lowerBound + 1)
    }
    var scanner = JSONScanner()
    var searches = [Search(path: path)] + fields.map { Search(path: $0) }
    try scanner.scan(line, &searches)
    guard let text = searches[0].found, text.kind == .string else {
      throw searches[0].failure(path: path)
    }
    return (
      RawString(range: text.range, hasEscapes: text.hasEscapes),
      searches.dropFirst().map(\.found)
    )
  }

  /// The value of a string that stands alone, with its quotes.
  ///
  /// - Throws: ``InvalidLine/notJSON(_:column:)``, ``InvalidLine/notUTF8(column:)``
  static func string(_ text: Span<UInt8>) throws(InvalidLine) -> String {
    do {
      _ = try UTF8Span(validating: text)
    } catch {
      throw .notUTF8(column: error.byteOffsets.lowerBound + 1)
    }
    var scanner = JSONScanner()
    let raw = try scanner.scanString(text)
    guard scanner.position == text.count else { throw scanner.fault(.trailingData) }
    return String(decoding: unescaped(text.extracting(raw.range)), as: UTF8.self)
  }

  /// True if `text` is a JSON number and nothing else.
  static func isNumber(_ text: Span<UInt8>) -> Bool {
    var scanner = JSONScanner()
    do throws(InvalidLine) { try scanner.scanNumber(text) } catch { return false }
    return scanner.position == text.count
  }

  /// What a path has led to so far. `depth` keys are matched; the value of the next key is looked for
  /// among the members of the object that is open at nesting level `depth + 1`.
  private struct Search {
    let path: [[UInt8]]
    var depth = 0
    var isOver = false
    var found: RawValue?
    /// The first keys of the object that the search came to, for a message.
    var keysOfObject: [String] = []

    init(path: [[UInt8]]) { self.path = path }

    /// Why there is no string.
    func failure(path: [[UInt8]]) -> InvalidLine {
      let name = path.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
      if let found { return .notAString(path: name, found: found.kind) }
      return .missingField(path: name, present: keysOfObject)
    }
  }

  /// - Throws: ``InvalidLine`` for what is no JSON object.
  private mutating func scan(
    _ line: Span<UInt8>, _ searches: inout [Search]
  ) throws(InvalidLine) {
    skipBlanks(line)
    let rootKind = try kindOfValue(line)
    // Whatever is wrong further on: an array over several lines has no better message.
    if rootKind == .array { throw .notAnObject(found: rootKind) }

    // One bit a level: true for an object. A fixed array would do; depth is bounded.
    var isObject: [Bool] = []
    var expectsValue = true
    repeat {
      if expectsValue {
        let kind = try kindOfValue(line)
        switch kind {
        case .object, .array:
          guard isObject.count < Self.maximumDepth else { throw fault(.tooDeep) }
          isObject.append(kind == .object)
          position += 1
          skipBlanks(line)
          if byte(line) == (kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            close(&isObject, &searches)
            expectsValue = false
          } else if kind == .object {
            try scanKey(line, level: isObject.count, &searches)
          }
          continue
        case .string: _ = try scanString(line)
        case .number: try scanNumber(line)
        case .boolean, .null: try scanLiteral(line)
        }
        expectsValue = false
        continue
      }
      skipBlanks(line)
      guard let inObject = isObject.last else { break }
      switch byte(line) {
      case UInt8(ascii: ","):
        position += 1
        skipBlanks(line)
        if let next = byte(line), next == UInt8(ascii: "}") || next == UInt8(ascii: "]") {
          throw fault(.trailingComma)
        }
        if inObject {
          try scanKey(line, level: isObject.count, &searches)
        }
        expectsValue = true
      case UInt8(ascii: "}") where inObject, UInt8(ascii: "]") where !inObject:
        close(&isObject, &searches)
      case nil: throw fault(.unterminated)
      default: throw fault(.expectedCommaOrEnd)
      }
    } while expectsValue || !isObject.isEmpty

    skipBlanks(line)
    guard position == line.count else { throw fault(.trailingData) }
    guard rootKind == .object else { throw .notAnObject(found: rootKind) }
  }

  /// Leaves the innermost object or array. Where that is the object whose members were searched, the search
  /// is over.
  private mutating func close(_ isObject: inout [Bool], _ searches: inout [Search]) {
    for index in searches.indices where isObject.count == searches[index].depth + 1 {
      searches[index].isOver = true
    }
    isObject.removeLast()
    position += 1
  }

  /// Reads a key and its colon, and follows the paths of which the key is the next step.
  private mutating func scanKey(
    _ line: Span<UInt8>, level: Int, _ searches: inout [Search]
  ) throws(InvalidLine) {
    guard byte(line) == UInt8(ascii: "\"") else {
      throw fault(byte(line) == nil ? .unterminated : .expectedKey)
    }
    let key = try scanString(line)
    skipBlanks(line)
    guard byte(line) == UInt8(ascii: ":") else {
      throw fault(byte(line) == nil ? .unterminated : .expectedColon)
    }
    position += 1
    skipBlanks(line)
    let isSearched = searches.contains { !$0.isOver && level == $0.depth + 1 }
    guard isSearched else { return }
    let name = Self.unescaped(line.extracting(key.range))
    for index in searches.indices
    where !searches[index].isOver && level == searches[index].depth + 1 {
      if searches[index].keysOfObject.count < 8 {
        searches[index].keysOfObject.append(String(decoding: name.prefix(40), as: UTF8.self))
      }
      if name == searches[index].path[searches[index].depth] { try follow(line, &searches[index]) }
    }
  }

  /// Takes a step of a path: the value behind the key that was just read is the next object, or what is
  /// searched, or the end.
  private mutating func follow(_ line: Span<UInt8>, _ search: inout Search) throws(InvalidLine) {
    let kind = try kindOfValue(line)
    if search.depth + 1 < search.path.count, kind == .object {
      search.depth += 1
      search.keysOfObject = []
      return
    }
    search.isOver = true
    guard search.depth + 1 == search.path.count else { return }
    let start = position
    defer { position = start }
    switch kind {
    case .string:
      let string = try scanString(line)
      search.found = RawValue(kind: kind, range: string.range, hasEscapes: string.hasEscapes)
      return
    case .number: try scanNumber(line)
    case .boolean, .null: try scanLiteral(line)
    case .object, .array: break
    }
    search.found = RawValue(kind: kind, range: start..<position)
  }

  // MARK: Values

  private func byte(_ line: Span<UInt8>) -> UInt8? {
    position < line.count ? line[position] : nil
  }

  private func fault(_ fault: InvalidLine.Fault) -> InvalidLine {
    .notJSON(fault, column: position + 1)
  }

  private mutating func skipBlanks(_ line: Span<UInt8>) {
    while position < line.count {
      switch line[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private func kindOfValue(_ line: Span<UInt8>) throws(InvalidLine) -> JSONKind {
    switch byte(line) {
    case nil: throw fault(.unterminated)
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"): return .number
    case let digit? where isDigit(digit): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw fault(.expectedValue)
    }
  }

  private mutating func scanLiteral(_ line: Span<UInt8>) throws(InvalidLine) {
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
  private mutating func scanNumber(_ line: Span<UInt8>) throws(InvalidLine) {
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
    guard let first = byte(line), isDigit(first) else { throw fault(.badNumber) }
    while let next = byte(line), isDigit(next) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Reads a string, opening quote to closing quote.
  private mutating func scanString(_ line: Span<UInt8>) throws(InvalidLine) -> RawString {
    position += 1
    let start = position
    var hasEscapes = false
    while position < line.count {
      switch line[position] {
      case UInt8(ascii: "\""):
        position += 1
        return RawString(range: start..<(position - 1), hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try scanEscape(line)
      case 0..<0x20: throw fault(.controlCharacter)
      default: position += 1
      }
    }
    throw fault(.unterminated)
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

  /// The value of the escape `\uXXXX` at `start`, or nil where there is none.
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
