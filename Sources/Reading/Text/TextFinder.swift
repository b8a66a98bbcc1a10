internal import Files

/// Finds the strings of a record's text by a ``TextExpression``.
///
/// It reads lines that are known to be valid JSON objects, and only as far as it must. A part of a
/// record that a path needs is read a second time. Depth is that of the expression: values that no
/// path needs are skipped without recursion.
struct TextFinder {
  /// A string that isn't empty, as it stands in the line between its quotes.
  ///
  /// It takes 8 bytes, because a line may hold as many of them as a quarter of its bytes.
  struct Part: Equatable {
    private var start: UInt32
    private var lengthAndEscapes: UInt32

    init(_ string: JSONScanner.RawString) {
      start = UInt32(string.range.lowerBound)
      lengthAndEscapes = UInt32(string.range.count) << 1 | (string.hasEscapes ? 1 : 0)
    }

    var string: JSONScanner.RawString {
      let start = Int(start)
      return JSONScanner.RawString(
        range: start..<start + Int(lengthAndEscapes >> 1), hasEscapes: lengthAndEscapes & 1 == 1)
    }
  }

  /// More memory than this isn't kept for the next line.
  private static let keptCount = 1 << 14

  private let expression: TextExpression
  /// The expression as it was written, for messages.
  private let written: String
  private var scanner: JSONScanner
  /// The strings of the line that was read last, in the order of the text.
  private(set) var parts: [Part] = []
  /// A stack: for each object that is being read, the places of the values of the keys that paths
  /// begin with; -1 for those that aren't there.
  private var members: [Int] = []
  /// A value on the way that isn't what a path expects, in the alternative that is being followed.
  private var mismatch: InvalidLine?
  /// Whether ``trail`` is kept. Only a message needs it.
  private var isTracing = false
  /// The keys and indices that led to the current value, as they are written in expressions.
  private var trail: [String] = []

  init(_ expression: TextExpression, written: String) {
    self.expression = expression
    self.written = written
    scanner = JSONScanner(path: [], fields: [])
  }

  /// Finds the strings of a line.
  ///
  /// - Precondition: the line is a valid JSON object.
  /// - Throws: ``InvalidLine``; then ``parts`` mean nothing.
  /// - Complexity: O(*n* · *p*), where *n* is the number of bytes, and *p* that of paths.
  mutating func find(in line: Span<UInt8>) throws(InvalidLine) {
    do throws(InvalidLine) { try findParts(line) } catch {
      isTracing = true
      defer { isTracing = false }
      try findParts(line)
      throw error
    }
  }

  private mutating func findParts(_ line: Span<UInt8>) throws(InvalidLine) {
    if parts.capacity > Self.keptCount {
      parts = []
    } else {
      parts.removeAll(keepingCapacity: true)
    }
    members.removeAll(keepingCapacity: true)
    trail.removeAll()
    mismatch = nil
    scanner.position = 0
    scanner.skipBlanks(line)
    let root = scanner.position
    let isFound = try evaluate(expression, at: root, false, line)
    if let mismatch { throw mismatch }
    guard isFound else {
      let present = isTracing ? keys(ofObjectAt: root, line) : []
      throw expression.fields.count == 1 && expression.fields[0].count == 1
        ? .missingField(path: written, present: present)
        : .noText(paths: written, present: present)
    }
  }

  // MARK: Following paths

  // These functions leave the scanner behind the value if the caller needs its end, and anywhere
  // otherwise. They return whether there is a value other than null.

  private mutating func evaluate(
    _ expression: TextExpression, at place: Int, _ needsEnd: Bool, _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    guard try expect(.object, at: place, needsEnd, line) else { return false }
    let base = members.count
    members.append(contentsOf: repeatElement(-1, count: expression.heads.count))
    locate(expression.heads, inObjectAt: place, needsEnd, line)
    let end = scanner.position
    var isFound = false
    for field in expression.fields where try choose(field, of: expression, base, place, line) {
      isFound = true
    }
    members.removeLast(expression.heads.count)
    scanner.position = end
    return isFound
  }

  /// Takes the first alternative that leads to a value.
  private mutating func choose(
    _ field: [TextExpression.Path], of expression: TextExpression, _ base: Int, _ object: Int,
    _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    let outer = mismatch
    var first: InvalidLine?
    for path in field {
      var place = object
      if let head = path.head {
        place = members[base + head]
        if place < 0 { continue }
        if isTracing {
          let dot = trail.isEmpty ? "" : "."
          trail.append(dot + TextExpression.escaped(expression.heads[head]))
        }
      }
      mismatch = nil
      let isFound = try follow(path.steps, from: 0, at: place, false, line)
      if isTracing, path.head != nil { trail.removeLast() }
      if isFound {
        // Some of the text would be lost without a word.
        if let mismatch { throw mismatch }
        mismatch = outer
        return true
      }
      first = first ?? mismatch
    }
    mismatch = outer ?? first
    return false
  }

  private mutating func follow(
    _ steps: [TextExpression.Step], from number: Int, at place: Int, _ needsEnd: Bool,
    _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    guard number < steps.count else { return try takeText(at: place, line) }
    switch steps[number] {
    case .group(let group): return try evaluate(group, at: place, needsEnd, line)
    case .key(let key):
      guard try expect(.object, at: place, needsEnd, line) else { return false }
      return try followKey(key, steps, number, at: place, needsEnd, line)
    case .items, .item, .filter:
      guard try expect(.array, at: place, needsEnd, line) else { return false }
      return try followItems(steps, number, at: place, needsEnd, line)
    }
  }

  /// Takes the string at the end of a path, unless it is empty.
  private mutating func takeText(
    at place: Int, _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    scanner.position = place
    switch try scanner.kindOfValue(line) {
    case .string:
      let string = scanString(line)
      if !string.range.isEmpty { parts.append(Part(string)) }
      return true
    case .null:
      skipValue(line)
      return false
    case let kind: throw .notAString(path: tracedPath, found: kind)
    }
  }

  private mutating func followKey(
    _ key: [UInt8], _ steps: [TextExpression.Step], _ number: Int, at place: Int,
    _ needsEnd: Bool, _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    var isFound = false
    var isOver = false
    scanner.position = place + 1
    while let name = nextKey(line) {
      guard !isOver, JSONScanner.isEqual(name, key, line) else {
        skipValue(line)
        continue
      }
      isOver = true
      if isTracing { trail.append("." + TextExpression.escaped(key)) }
      isFound = try follow(steps, from: number + 1, at: scanner.position, needsEnd, line)
      if isTracing { trail.removeLast() }
      if !needsEnd { break }
    }
    return isFound
  }

  private mutating func followItems(
    _ steps: [TextExpression.Step], _ number: Int, at place: Int, _ needsEnd: Bool,
    _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    var wanted: Int?
    if case .item(let index) = steps[number] {
      wanted = index < 0 ? index + (countItems(ofArrayAt: place, line)) : index
    }
    var isFound = false
    var index = 0
    scanner.position = place + 1
    while isBeforeItem(line) {
      let item = scanner.position
      if isTracing { trail.append("[\(index)]") }
      var isChosen = wanted == nil || wanted == index
      if case .filter(let filter) = steps[number] {
        isChosen = try allows(filter, itemAt: item, line)
        scanner.position = item
      }
      if isChosen {
        if try follow(steps, from: number + 1, at: item, true, line) { isFound = true }
      } else {
        skipValue(line)
      }
      if isTracing { trail.removeLast() }
      if wanted == index, !needsEnd { break }
      index += 1
    }
    return isFound
  }

  /// Whether the item is an object with the value that the filter wants.
  private mutating func allows(
    _ filter: TextExpression.Filter, itemAt item: Int, _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    guard try expect(.object, at: item, false, line) else { return false }
    scanner.position = item
    for key in filter.keys {
      guard try scanner.kindOfValue(line) == .object else { return !filter.isEqual }
      scanner.position += 1
      var isHere = false
      while !isHere, let name = nextKey(line) {
        isHere = JSONScanner.isEqual(name, key, line)
        if !isHere { skipValue(line) }
      }
      guard isHere else { return !filter.isEqual }
    }
    let start = scanner.position
    let kind = try scanner.kindOfValue(line)
    switch kind {
    case .string:
      return JSONScanner.isEqual(scanString(line), filter.text, line) == filter.isEqual
    case .number, .boolean:
      guard let value = filter.value else { return !filter.isEqual }
      skipValue(line)
      let found = JSONScanner.RawValue(kind: kind, range: start..<scanner.position)
      return (FieldValue(found, in: line) == value) == filter.isEqual
    case .null, .object, .array: return !filter.isEqual
    }
  }

  /// Whether a value has the kind that the path needs. If not, that is noted, but for null.
  private mutating func expect(
    _ kind: JSONKind, at place: Int, _ needsEnd: Bool, _ line: Span<UInt8>
  ) throws(InvalidLine) -> Bool {
    scanner.position = place
    let found = try scanner.kindOfValue(line)
    if found == kind { return true }
    if found != .null, mismatch == nil {
      mismatch = .notOfKind(path: tracedPath, found: found, expected: kind)
    }
    if needsEnd { skipValue(line) }
    return false
  }

  private var tracedPath: String { trail.joined() }

  // MARK: Reading valid JSON

  /// Notes where the values of some keys are, the first of each.
  private mutating func locate(
    _ keys: [[UInt8]], inObjectAt place: Int, _ needsEnd: Bool, _ line: Span<UInt8>
  ) {
    let base = members.count - keys.count
    var missingCount = keys.count
    scanner.position = place + 1
    while missingCount > 0 || needsEnd, let name = nextKey(line) {
      for index in keys.indices
      where members[base + index] < 0 && JSONScanner.isEqual(name, keys[index], line) {
        members[base + index] = scanner.position
        missingCount -= 1
      }
      if missingCount > 0 || needsEnd { skipValue(line) }
    }
  }

  /// Reads the next key of an object, up to its value; nil behind the object's end.
  private mutating func nextKey(
    _ line: Span<UInt8>
  ) -> JSONScanner.RawString? {
    skipSeparators(line)
    guard line[scanner.position] == UInt8(ascii: "\"") else {
      scanner.position += 1
      return nil
    }
    let name = scanString(line)
    skipSeparators(line)
    return name
  }

  /// Goes to the next item of an array, or behind the array's end.
  private mutating func isBeforeItem(_ line: Span<UInt8>) -> Bool {
    skipSeparators(line)
    guard line[scanner.position] == UInt8(ascii: "]") else { return true }
    scanner.position += 1
    return false
  }

  private mutating func countItems(
    ofArrayAt place: Int, _ line: Span<UInt8>
  ) -> Int {
    var count = 0
    scanner.position = place + 1
    while isBeforeItem(line) {
      skipValue(line)
      count += 1
    }
    return count
  }

  private mutating func skipSeparators(_ line: Span<UInt8>) {
    while true {
      switch line[scanner.position] {
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): scanner.position += 1
      default: return
      }
    }
  }

  private mutating func skipValue(_ line: Span<UInt8>) {
    var depth = 0
    repeat {
      switch line[scanner.position] {
      case UInt8(ascii: "\""): _ = scanString(line)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        scanner.position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        scanner.position += 1
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): scanner.position += 1
      default: skipWord(line)
      }
    } while depth > 0
  }

  /// Skips a number or a literal.
  private mutating func skipWord(_ line: Span<UInt8>) {
    while true {
      switch line[scanner.position] {
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): return
      default: scanner.position += 1
      }
    }
  }

  /// Reads a string. Since it is known to be valid, `memchr` finds its end several times faster
  /// than ``JSONScanner``, which looks at all of its bytes.
  private mutating func scanString(_ line: Span<UInt8>) -> JSONScanner.RawString {
    let start = scanner.position + 1
    var end = start
    // The string ends at a quote behind an even number of backslashes.
    while let quote = line.firstIndex(of: UInt8(ascii: "\""), from: end) {
      var first = quote
      while first > start, line[first - 1] == UInt8(ascii: "\\") { first -= 1 }
      end = quote
      if (quote - first) & 1 == 0 { break }
      end += 1
    }
    scanner.position = end + 1
    let string = start..<end
    return JSONScanner.RawString(
      range: string,
      hasEscapes: line.extracting(string).firstIndex(of: UInt8(ascii: "\\")) != nil)
  }

  private mutating func keys(
    ofObjectAt place: Int, _ line: Span<UInt8>
  ) -> [String] {
    var keys: [String] = []
    scanner.position = place + 1
    while keys.count < 8, let name = nextKey(line) {
      let key = JSONScanner.unescaped(line.extracting(name.range))
      keys.append(TextExpression.escaped(key.prefix(40)))
      skipValue(line)
    }
    return keys
  }
}
