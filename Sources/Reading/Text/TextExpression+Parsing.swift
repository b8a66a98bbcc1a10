extension TextExpression {
  /// The reason why an expression can't be read, and the character where it is (from 1).
  package struct Fault: Error, Equatable {
    package enum Kind: Sendable {
      /// As in a ``FieldPath``.
      case emptyKey, strayBackslash
      /// A key or value begins or ends with a blank that isn't quoted.
      case blank
      /// A bracket, a parenthesis or a quote is never closed.
      case openBracket, openParenthesis, openQuote
      /// A quoted key or value isn't a string as in JSON.
      case badString
      /// Brackets hold neither nothing, nor a number, nor a comparison.
      case badBrackets
      /// A comparison has no value.
      case emptyValue
      case tooLargeIndex
      /// Something follows a bracket, a parenthesis or a quote.
      case notExpected
      /// There are more parentheses in each other, or more steps, than anyone needs.
      case tooDeep
    }

    package var kind: Kind
    package var column: Int
    /// Whether it is in more than a path of keys.
    package var isInPlainPath: Bool
  }

  /// - Throws: ``Fault``
  package init(parsing text: String) throws(Fault) {
    var parser = Parser(text)
    do throws(Parser.Stop) { self = try parser.parse() } catch {
      let before = String(decoding: parser.bytes[..<error.position], as: UTF8.self)
      throw Fault(
        kind: error.kind, column: before.count + 1, isInPlainPath: !parser.hasOperators)
    }
  }

  /// Reads an expression from a file of an earlier run, where nobody corrects it.
  ///
  /// One that can't be parsed is the path of a field, which no record has.
  init(reading text: String) {
    if let expression = try? TextExpression(parsing: text) {
      self = expression
      return
    }
    let keys = FieldPath.keys(of: text)
    heads = [keys[0]]
    fields = [[Path(head: 0, steps: keys.dropFirst().map { .key($0) })]]
  }

  /// The fields of an expression as they are written: `a`, `b|c` of `a,b|c`.
  package static func writtenFields(of text: String) -> [String] {
    var parser = Parser(text)
    guard (try? parser.parse()) != nil else { return [text] }
    return parser.fieldRanges.map { String(decoding: parser.bytes[$0], as: UTF8.self) }
  }

  private static let largestDepth = 16
  /// No deeper value can be in a record.
  private static let mostSteps = JSONScanner.maximumDepth

  private struct Parser {
    struct Stop: Error {
      var kind: Fault.Kind
      var position: Int
    }

    let bytes: [UInt8]
    var position = 0
    /// Whether there is more than a path of keys, so far.
    var hasOperators = false
    private var depth = 0
    /// Where the fields are that aren't in parentheses.
    var fieldRanges: [Range<Int>] = []
    /// The first blank at the edge of a bare key. In a plain path it belongs to the key.
    private var blank: Int?

    init(_ text: String) { bytes = Array(text.utf8) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isNext(_ character: Unicode.Scalar) -> Bool { next == UInt8(ascii: character) }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard isNext(character) else { return false }
      position += 1
      return true
    }

    private func stop(_ kind: Fault.Kind, at place: Int? = nil) -> Stop {
      Stop(kind: kind, position: place ?? position)
    }

    mutating func parse() throws(Stop) -> TextExpression {
      let expression = try text()
      guard position == bytes.count else { throw stop(.notExpected) }
      if hasOperators, let blank { throw stop(.blank, at: blank) }
      return expression
    }

    private mutating func text() throws(Stop) -> TextExpression {
      var expression = TextExpression()
      repeat {
        let start = position
        var field: [Path] = []
        repeat { field.append(try path(&expression.heads)) } while takeOperator("|")
        expression.fields.append(field)
        if depth == 0 { fieldRanges.append(start..<position) }
      } while takeOperator(",")
      return expression
    }

    private mutating func takeOperator(_ character: Unicode.Scalar) -> Bool {
      guard take(character) else { return false }
      hasOperators = true
      return true
    }

    private mutating func path(_ heads: inout [[UInt8]]) throws(Stop) -> Path {
      var path = Path()
      if isNext("(") {
        path.steps = [.group(try group())]
        return path
      }
      let first = try key()
      path.head = heads.firstIndex(of: first) ?? heads.count
      if path.head == heads.count { heads.append(first) }
      try brackets(&path.steps)
      while take(".") {
        if isNext("(") {
          path.steps.append(.group(try group()))
          break
        }
        path.steps.append(.key(try key()))
        guard path.steps.count < mostSteps else { throw stop(.tooDeep) }
        try brackets(&path.steps)
      }
      return path
    }

    private mutating func group() throws(Stop) -> TextExpression {
      let start = position
      position += 1
      hasOperators = true
      depth += 1
      guard depth <= largestDepth else { throw stop(.tooDeep, at: start) }
      let expression = try text()
      guard position < bytes.count else { throw stop(.openParenthesis, at: start) }
      guard take(")") else { throw stop(.notExpected) }
      depth -= 1
      return expression
    }

    private mutating func brackets(_ steps: inout [Step]) throws(Stop) {
      while isNext("[") {
        let start = position
        position += 1
        hasOperators = true
        if take("]") {
          steps.append(.items)
        } else if let index = try index() {
          steps.append(.item(index))
        } else {
          steps.append(.filter(try filter(start)))
        }
        guard steps.count < mostSteps else { throw stop(.tooDeep) }
      }
    }

    /// - Returns: nil, at the same position, if the brackets hold no number.
    private mutating func index() throws(Stop) -> Int? {
      guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
      let digits = bytes[position..<end]
      let unsigned = digits.first == UInt8(ascii: "-") ? digits.dropFirst() : digits
      guard !unsigned.isEmpty,
        unsigned.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
      else { return nil }
      guard let index = Int32(String(decoding: digits, as: UTF8.self)) else {
        throw stop(.tooLargeIndex)
      }
      position = end + 1
      return Int(index)
    }

    private mutating func filter(_ start: Int) throws(Stop) -> Filter {
      let content = position
      guard !isNext("="), !isNext("!"), !isNext(".") else { throw stop(.badBrackets) }
      var keys = [try key(inFilter: true)]
      while take(".") { keys.append(try key(inFilter: true)) }
      guard position < bytes.count else { throw stop(.openBracket, at: start) }
      let isEqual = !take("!")
      guard take("=") else { throw stop(.badBrackets, at: content) }
      guard !isNext("]") else { throw stop(.emptyValue) }
      let isQuoted = isNext("\"")
      let text = isQuoted ? try quoted() : try bare { byte in byte == UInt8(ascii: "]") }
      guard position < bytes.count else { throw stop(.openBracket, at: start) }
      guard take("]") else { throw stop(.notExpected) }
      return Filter(
        keys: keys, isEqual: isEqual, text: text, value: isQuoted ? nil : Self.value(text))
    }

    /// The number or the boolean that is written like this.
    private static func value(_ text: [UInt8]) -> FieldValue? {
      if text == Array("true".utf8) { return .boolean(true) }
      if text == Array("false".utf8) { return .boolean(false) }
      guard JSONScanner.isNumber(text.span) else { return nil }
      return FieldValue(.init(kind: .number, range: text.indices), in: text.span)
    }

    private mutating func key(inFilter: Bool = false) throws(Stop) -> [UInt8] {
      if isNext("\"") { return try quoted() }
      let isInGroup = depth > 0
      let start = position
      let key = try bare { byte in
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: "["),
          UInt8(ascii: "]"):
          true
        case UInt8(ascii: ")"): isInGroup && !inFilter
        case UInt8(ascii: "="), UInt8(ascii: "!"): inFilter
        default: false
        }
      }
      guard !key.isEmpty else {
        if isNext("]") || inFilter { throw stop(inFilter ? .badBrackets : .notExpected) }
        throw stop(.emptyKey, at: start)
      }
      return key
    }

    /// Reads up to a byte that ends it, or to the end.
    private mutating func bare(until isEnd: (UInt8) -> Bool) throws(Stop) -> [UInt8] {
      let start = position
      var result: [UInt8] = []
      while let byte = next, !isEnd(byte) {
        position += 1
        if byte == UInt8(ascii: "\\") {
          guard let escaped = next, FieldPath.isSpecial(escaped) else {
            throw stop(.strayBackslash, at: position - 1)
          }
          position += 1
          result.append(escaped)
        } else {
          result.append(byte)
        }
      }
      let isBlank: (UInt8) -> Bool = { $0 == 0x20 || 0x09...0x0D ~= $0 }
      if let first = result.first, isBlank(first) { blank = blank ?? start }
      if let last = result.last, isBlank(last) { blank = blank ?? position - 1 }
      return result
    }

    private mutating func quoted() throws(Stop) -> [UInt8] {
      let start = position
      position += 1
      while let byte = next, byte != UInt8(ascii: "\"") {
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      guard position < bytes.count else {
        position = bytes.count
        throw stop(.openQuote, at: start)
      }
      position += 1
      let raw = Array(bytes[start..<position])
      do throws(InvalidLine) { return Array(try JSONScanner.string(raw.span).utf8) } catch {
        throw stop(.badString, at: start)
      }
    }
  }
}
