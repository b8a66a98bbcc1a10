internal import CVector
internal import Files

/// A reader of one line of JSON: strict RFC 8259, no recursion, and no memory for each line.
///
///     var scanner = JSONScanner(path: path, fields: fields)
///     try scanner.scan(line)
///     use(scanner.text, scanner.fields)
///
/// Most of a line is text, and ``CVector`` reads strings 64 bytes at a time. A string with a fault
/// is read again byte by byte, which names the fault and its column. Without kernels, all strings
/// are read byte by byte: that is the naive twin that the tests compare the kernels and simdjson
/// with.
struct JSONScanner {
  /// As deep as simdjson goes by default.
  static let maximumDepth = 1024

  /// A string as it stands in the line: its bytes between the quotes.
  struct RawString: Equatable {
    var range: Range<Int>
    var hasEscapes: Bool
  }

  /// No string can begin here, because a quote would precede it.
  private static let nowhere = RawString(range: 0..<0, hasEscapes: false)

  /// The place of a value of any kind.
  ///
  /// It covers a string's bytes between the quotes, all of a number or literal, but only the start
  /// of an object or array.
  struct RawValue: Equatable {
    var kind: JSONKind
    var range: Range<Int>
    var hasEscapes = false
  }

  /// Reads strings, unless it is nil.
  let kernels: Kernels?
  /// The position of the next byte.
  var position = 0
  /// One search for the text, and one for each field.
  private var searches: [Search] = []
  /// One entry per level: true for an object.
  private var isObject: [Bool] = []
  /// The string at the end of a path, which is read before its turn.
  var followed = Self.nowhere
  /// The strings of the line, in order, if they are kept; no more than ``mostStrings``.
  ///
  /// Who reads the line again finds their ends here.
  var strings: [TextFinder.Part] = []
  private let keepsStrings: Bool
  private static let mostStrings = 1 << 12
  /// Whether searches record the keys that they meet. Only a message needs them.
  private var notesKeys = false

  /// - Parameter kernels: only for lines followed by ``ByteBuffer``'s padding.
  init(
    path: [[UInt8]], fields: [[[UInt8]]], kernels: Kernels? = nil, keepsStrings: Bool = false
  ) {
    self.kernels = kernels
    self.keepsStrings = keepsStrings
    searches = [Search(path: path)] + fields.map { Search(path: $0) }
  }

  private init() {
    kernels = nil
    keepsStrings = false
  }

  /// Keeps a string that was just read.
  mutating func keep(_ string: RawString) {
    if keepsStrings, strings.count < Self.mostStrings { strings.append(TextFinder.Part(string)) }
  }

  /// The text of the line that was scanned last.
  private(set) var text = Self.nowhere

  /// The values of the fields in the line that was scanned last; nil for a path that leads nowhere.
  var fields: [RawValue?] { searches.dropFirst().map { $0.found } }

  /// Validates the line, and finds its text and its fields. The first of duplicate keys counts.
  ///
  /// - Throws: ``InvalidLine``; then ``text`` and ``fields`` mean nothing.
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  mutating func scan(_ line: Span<UInt8>) throws(InvalidLine) {
    try checkUTF8(line)
    try find(line)
    guard let found = searches[0].found, found.kind == .string else {
      notesKeys = true
      defer { notesKeys = false }
      try find(line)
      throw searches[0].failure
    }
    text = RawString(range: found.range, hasEscapes: found.hasEscapes)
  }

  /// Validates the line, which must be an object, and finds its fields, but no text.
  ///
  /// - Throws: ``InvalidLine``
  mutating func check(_ line: Span<UInt8>) throws(InvalidLine) {
    try checkUTF8(line)
    try find(line)
  }

  private func checkUTF8(_ line: Span<UInt8>) throws(InvalidLine) {
    if let kernels { return try Self.checkUTF8(line, kernels) }
    try Self.checkUTF8(line)
  }

  /// - Throws: ``InvalidLine/notUTF8(column:)``
  static func checkUTF8(
    _ line: Span<UInt8>, _ kernels: Kernels
  ) throws(InvalidLine) {
    let isUTF8 = unsafe line.withUnsafeBufferPointer { bytes in
      // SAFETY: it reads only these bytes.
      unsafe dsel_is_utf8(kernels.backend, bytes.baseAddress, bytes.count) == 1
    }
    if !isUTF8 { try checkUTF8(line) }
  }

  private static func checkUTF8(_ bytes: Span<UInt8>) throws(InvalidLine) {
    do {
      _ = try UTF8Span(validating: bytes)
    } catch {
      throw .notUTF8(column: error.byteOffsets.lowerBound + 1)
    }
  }

  /// The value of a string that stands alone, with its quotes.
  ///
  /// - Throws: ``InvalidLine/notJSON(_:column:)``, ``InvalidLine/notUTF8(column:)``
  static func string(_ text: Span<UInt8>) throws(InvalidLine) -> String {
    try checkUTF8(text)
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

  /// The progress along one path.
  ///
  /// `depth` keys are matched. The next key is searched among the members of the object that is
  /// open at nesting level `depth + 1`.
  private struct Search {
    let path: [[UInt8]]
    var depth = 0
    var isOver = false
    var found: RawValue?
    /// Whether the next key is looked for in a list, which has none.
    var isInList = false
    /// The first keys of the object that the search reached, escaped as in paths, for a message.
    var keysOfObject: [String] = []

    init(path: [[UInt8]]) { self.path = path }

    mutating func begin() {
      depth = 0
      isOver = false
      found = nil
      isInList = false
      keysOfObject.removeAll()
    }

    /// Whether the search covers members of the object at this level.
    func isAt(_ level: Int) -> Bool { !isOver && level == depth + 1 }

    mutating func note(_ key: [UInt8]) {
      guard keysOfObject.count < 8 else { return }
      keysOfObject.append(TextExpression.escaped(key.prefix(40)))
    }

    /// The reason why there is no string.
    var failure: InvalidLine {
      let keys = path.map { TextExpression.escaped($0) }
      let name = keys.joined(separator: ".")
      if let found { return .notAString(path: name, found: found.kind) }
      if isInList {
        let list = keys[...depth].joined(separator: ".")
        return .missingInList(
          path: name, list: list,
          items: "\(list)[].\(keys[(depth + 1)...].joined(separator: "."))")
      }
      return .missingField(path: name, present: keysOfObject)
    }
  }

  /// - Throws: ``InvalidLine`` for anything but a JSON object.
  private mutating func find(_ line: Span<UInt8>) throws(InvalidLine) {
    position = 0
    followed = Self.nowhere
    strings.removeAll(keepingCapacity: true)
    isObject.removeAll(keepingCapacity: true)
    for index in searches.indices { searches[index].begin() }
    skipBlanks(line)
    let rootKind = try kindOfValue(line)
    // This error comes before any fault further on: an array over several lines has no better
    // message.
    if rootKind == .array { throw .notAnObject(found: rootKind) }

    var expectsValue = true
    repeat {
      if expectsValue {
        expectsValue = try scanValue(line)
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
        if inObject { try scanKey(line) }
        expectsValue = true
      case UInt8(ascii: "}") where inObject, UInt8(ascii: "]") where !inObject: close()
      case nil: throw fault(.unterminated)
      default: throw fault(.expectedCommaOrEnd)
      }
    } while expectsValue || !isObject.isEmpty

    skipBlanks(line)
    guard position == line.count else { throw fault(.trailingData) }
    guard rootKind == .object else { throw .notAnObject(found: rootKind) }
  }

  /// Reads a value, or the part of an object or array before its first value.
  ///
  /// - Returns: whether such a first value is next.
  private mutating func scanValue(_ line: Span<UInt8>) throws(InvalidLine) -> Bool {
    let kind = try kindOfValue(line)
    switch kind {
    case .object, .array:
      guard isObject.count < Self.maximumDepth else { throw fault(.tooDeep) }
      isObject.append(kind == .object)
      position += 1
      skipBlanks(line)
      if byte(line) == (kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        close()
        return false
      }
      if kind == .object { try scanKey(line) }
      return true
    case .string: _ = try scanString(line)
    case .number: try scanNumber(line)
    case .boolean, .null: try scanLiteral(line)
    }
    return false
  }

  /// Leaves the innermost object or array. The search is over if it was searching that object.
  private mutating func close() {
    for index in searches.indices where isObject.count == searches[index].depth + 1 {
      searches[index].isOver = true
    }
    isObject.removeLast()
    position += 1
  }

  /// Reads a key and its colon, and advances the paths that have this key as their next step.
  private mutating func scanKey(_ line: Span<UInt8>) throws(InvalidLine) {
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
    for index in searches.indices where searches[index].isAt(isObject.count) {
      let next = searches[index].path[searches[index].depth]
      if notesKeys { searches[index].note(Self.unescaped(line.extracting(key.range))) }
      if Self.isEqual(line.extracting(key.range), hasEscapes: key.hasEscapes, next) {
        try follow(line, index)
      }
    }
  }

  /// Whether a string of a line is `text`.
  static func isEqual(_ string: RawString, _ text: [UInt8], _ line: Span<UInt8>) -> Bool {
    isEqual(line.extracting(string.range), hasEscapes: string.hasEscapes, text)
  }

  /// Whether a string between quotes is `text`.
  private static func isEqual(_ raw: Span<UInt8>, hasEscapes: Bool, _ text: [UInt8]) -> Bool {
    if hasEscapes { return unescaped(raw) == text }
    guard raw.count == text.count else { return false }
    for index in raw.indices where raw[index] != text[index] { return false }
    return true
  }

  /// Advances a path past the key that was just read.
  ///
  /// The value after the key is the next object, the searched value, or the end of the path.
  private mutating func follow(_ line: Span<UInt8>, _ search: Int) throws(InvalidLine) {
    let kind = try kindOfValue(line)
    let isLast = searches[search].depth + 1 == searches[search].path.count
    if !isLast, kind == .object {
      searches[search].depth += 1
      searches[search].keysOfObject.removeAll()
      return
    }
    searches[search].isOver = true
    guard isLast else {
      searches[search].isInList = kind == .array
      return
    }
    let start = position
    switch kind {
    case .string:
      followed = try scanString(line)
      searches[search].found = RawValue(
        kind: kind, range: followed.range, hasEscapes: followed.hasEscapes)
      position = start
      return
    case .number: try scanNumber(line)
    case .boolean, .null: try scanLiteral(line)
    case .object, .array: break
    }
    searches[search].found = RawValue(kind: kind, range: start..<position)
    position = start
  }
}
