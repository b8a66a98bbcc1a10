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

    /// The place of its first byte.
    var place: Int { Int(start) }

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
  var scanner: JSONScanner
  /// Strings of the line, in order, whose ends are known.
  var strings: [Part] = []
  /// The number of the string that is probably read next.
  var nextString = 0
  /// Whether each field of the expression has led to a value in some line.
  private(set) var foundFields: [Bool]
  /// Whether the expression as a whole is followed next, and not one in parentheses.
  private var isAtRoot = false
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
    foundFields = Array(repeating: false, count: expression.fields.count)
    scanner = JSONScanner(path: [], fields: [])
  }

  /// Finds the strings of a line.
  ///
  /// - Parameter known: strings of the line, in order, as ``JSONScanner`` has read them; may lack
  ///   the last ones, or all.
  /// - Precondition: the line is a valid JSON object.
  /// - Throws: ``InvalidLine``; then ``parts`` mean nothing.
  /// - Complexity: O(*n* · *p*), where *n* is the number of bytes, and *p* that of paths.
  mutating func find(in line: Span<UInt8>, _ known: inout [Part]) throws(InvalidLine) {
    swap(&strings, &known)
    // The memory of strings goes back to the scanner.
    defer { swap(&strings, &known) }
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
    nextString = 0
    scanner.skipBlanks(line)
    let root = scanner.position
    isAtRoot = true
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
    let isRoot = isAtRoot
    isAtRoot = false
    guard try expect(.object, at: place, needsEnd, line) else { return false }
    let base = members.count
    members.append(contentsOf: repeatElement(-1, count: expression.heads.count))
    locate(expression.heads, inObjectAt: place, needsEnd, line)
    let end = scanner.position
    var isFound = false
    for number in expression.fields.indices
    where try choose(expression.fields[number], of: expression, base, place, line) {
      isFound = true
      if isRoot { foundFields[number] = true }
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
    var filter: TextExpression.Filter?
    switch steps[number] {
    case .item(let index):
      wanted = index < 0 ? index + (countItems(ofArrayAt: place, line)) : index
    case .filter(let condition): filter = condition
    default: break
    }
    var isFound = false
    var index = 0
    scanner.position = place + 1
    while isBeforeItem(line) {
      let item = scanner.position
      if isTracing { trail.append("[\(index)]") }
      var isChosen = wanted == nil || wanted == index
      if let filter {
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
}
