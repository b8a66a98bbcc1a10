internal import Compression
internal import Files
internal import Platform

/// Reads one JSON value of any size from a file, a piece at a time, in memory of fixed size.
///
///     var stream = try JSONStream(shard, limits: limits)
///     try stream.readObject { key, stream in
///       if key == "count" { count = try stream.readCount() } else { try stream.skipValue() }
///     }
///     try stream.finish()
///
/// It accepts strict RFC 8259, as ``JSONScanner`` does. A repeated key is an error: a model has one
/// meaning.
package struct JSONStream: ~Copyable {
  private static let blockSize = 256 << 10
  /// The longest number: no meaningful one is longer.
  private static let longestNumber = 64
  private static let longestKey = 1 << 10
  private static let mostKeys = 1 << 10

  private var source: ByteSource
  private var buffer = ByteBuffer()
  private var position = 0
  /// The buffer's offset in the decompressed bytes.
  private var bufferOffset = 0
  private var hasEnded = false
  private var scratch: [UInt8] = []

  /// - Throws: ``JSONStreamError/reading(_:)``
  package init(_ shard: Shard, limits: ReadingLimits) throws(JSONStreamError) {
    do throws(ReadingError) {
      source = try ByteSource.open(
        shard, maximumWindow: limits.maximumWindow, hashesContent: true, expecting: .value)
    } catch {
      throw .reading(error)
    }
  }

  /// XXH3-64 of the stored bytes, once ``finish()`` has reached the end.
  package var contentHash: UInt64? { source.contentHash }

  /// Number of bytes read so far.
  package var offset: Int { bufferOffset + position }

  // MARK: Values

  /// The kind of the next value.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func kind() throws(JSONStreamError) -> JSONKind {
    try skipBlanks()
    guard let byte = try peek() else { throw fault(.unterminated) }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    default: throw fault(.expectedValue)
    }
  }

  /// Reads an object: calls `member` with each key, which must read or skip the value.
  ///
  /// - Throws: ``JSONStreamError``; and that of `member`.
  package mutating func readObject(
    _ member: (String, inout JSONStream) throws(JSONStreamError) -> Void
  ) throws(JSONStreamError) {
    try expect(.object)
    var keys: Set<String> = []
    try readMembers(closedBy: UInt8(ascii: "}")) {
      (stream: inout JSONStream) throws(JSONStreamError) in
      guard try stream.peek() == UInt8(ascii: "\"") else { throw stream.fault(.expectedKey) }
      let start = stream.offset
      let key = try stream.readString(maximumByteCount: Self.longestKey)
      guard keys.insert(key).inserted else {
        throw .repeatedKey(key, offset: start)
      }
      guard keys.count <= Self.mostKeys else { throw .tooLong(offset: start) }
      try stream.skipBlanks()
      guard try stream.peek() == UInt8(ascii: ":") else { throw stream.fault(.expectedColon) }
      stream.position += 1
      try member(key, &stream)
    }
  }

  /// Reads an array: calls `element` for each element, which must read or skip it.
  ///
  /// - Throws: ``JSONStreamError``; and that of `element`.
  package mutating func readArray(
    _ element: (inout JSONStream) throws(JSONStreamError) -> Void
  ) throws(JSONStreamError) {
    try expect(.array)
    try readMembers(closedBy: UInt8(ascii: "]"), element)
  }

  /// Reads a whole number from 0 to 2⁶⁴ − 1, written without fraction and exponent.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func readUnsigned() throws(JSONStreamError) -> UInt64 {
    try expect(.number)
    let start = offset
    try readNumberText()
    var value: UInt64 = 0
    for byte in scratch {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
      guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte, !overflows, !carries else {
        throw .notAWholeNumber(offset: start)
      }
      value = sum
    }
    return value
  }

  /// Reads an array of numbers as ``readUnsigned()`` reads each, but many at a time.
  ///
  /// - Throws: ``JSONStreamError``; and that of `element`.
  package mutating func readUnsigneds(
    _ element: (UInt64) throws(JSONStreamError) -> Void
  ) throws(JSONStreamError) {
    try readArray { stream throws(JSONStreamError) in
      try element(try stream.readUnsigned())
      try stream.readMoreUnsigneds(element)
    }
  }

  /// Reads on while the buffer holds a comma and a whole number.
  ///
  /// Everything else stays unread, including errors.
  private mutating func readMoreUnsigneds(
    _ element: (UInt64) throws(JSONStreamError) -> Void
  ) throws(JSONStreamError) {
    // A number with this many digits can't overflow.
    let mostDigits = 19
    var place = position
    defer { position = place }
    // Taken out of `self` for a moment: its span and the position can't both be used from there.
    var taken = ByteBuffer()
    swap(&taken, &buffer)
    defer { swap(&taken, &buffer) }
    let bytes = taken.span
    while place < bytes.count, bytes[place] == UInt8(ascii: ",") {
      var next = place + 1
      while next < bytes.count, Self.isBlank(bytes[next]) { next += 1 }
      let start = next
      var value: UInt64 = 0
      while next < bytes.count, next - start <= mostDigits {
        let digit = bytes[next] &- UInt8(ascii: "0")
        guard digit < 10 else { break }
        value = value &* 10 &+ UInt64(digit)
        next += 1
      }
      let isWhole = 1...mostDigits ~= next - start && next < bytes.count
      guard isWhole, next - start == 1 || bytes[start] != UInt8(ascii: "0"),
        bytes[next] == UInt8(ascii: ",") || bytes[next] == UInt8(ascii: "]")
          || Self.isBlank(bytes[next])
      else { break }
      try element(value)
      place = next
    }
  }

  /// Works as ``readUnsigned()``, for counts held in signed numbers.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func readCount() throws(JSONStreamError) -> Int {
    try skipBlanks()
    let start = offset
    guard let count = Int(exactly: try readUnsigned()) else {
      throw .notAWholeNumber(offset: start)
    }
    return count
  }

  /// Reads a number.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func readNumber() throws(JSONStreamError) -> Double {
    try expect(.number)
    let start = offset
    try readNumberText()
    guard let value = Double(String(decoding: scratch, as: UTF8.self)), value.isFinite else {
      throw .syntax(.badNumber, offset: start)
    }
    return value
  }

  /// Reads true or false.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func readBoolean() throws(JSONStreamError) -> Bool {
    try expect(.boolean)
    let value = try peek() == UInt8(ascii: "t")
    try readLiteral(value ? "true" : "false")
    return value
  }

  /// Reads a string.
  ///
  /// - Parameter maximumByteCount: the limit for the string as it is written.
  /// - Throws: ``JSONStreamError``
  package mutating func readString(
    maximumByteCount: Int = 1 << 20
  ) throws(JSONStreamError) -> String {
    try expect(.string)
    let start = offset
    try readStringText(limit: maximumByteCount)
    do throws(InvalidLine) {
      return try JSONScanner.string(scratch.span)
    } catch {
      switch error {
      case .notJSON(let fault, let column): throw .syntax(fault, offset: start + column - 1)
      case .notUTF8(let column): throw .notUTF8(offset: start + column - 1)
      default: throw .syntax(.expectedValue, offset: start)
      }
    }
  }

  /// Skips a string without a look at its text.
  ///
  /// - Parameter maximumByteCount: the limit for the string as it is written.
  /// - Throws: ``JSONStreamError``
  package mutating func skipString(maximumByteCount: Int) throws(JSONStreamError) {
    try expect(.string)
    try readStringText(limit: maximumByteCount)
  }

  /// Skips a value of any kind.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func skipValue() throws(JSONStreamError) {
    try skipValue(depth: 0)
  }

  /// True if nothing but blanks follows.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func isAtEnd() throws(JSONStreamError) -> Bool {
    try skipBlanks()
    return try peek() == nil
  }

  /// Checks that nothing follows.
  ///
  /// - Throws: ``JSONStreamError``
  package mutating func finish() throws(JSONStreamError) {
    guard try isAtEnd() else { throw fault(.trailingData) }
  }

  private mutating func skipValue(depth: Int) throws(JSONStreamError) {
    guard depth < Self.maximumDepth else { throw fault(.tooDeep) }
    switch try kind() {
    case .object:
      try readObject { _, stream throws(JSONStreamError) in
        try stream.skipValue(depth: depth + 1)
      }
    case .array:
      try readArray { stream throws(JSONStreamError) in try stream.skipValue(depth: depth + 1) }
    case .string: _ = try readString()
    case .number: _ = try readNumber()
    case .boolean: try readLiteral(try peek() == UInt8(ascii: "t") ? "true" : "false")
    case .null: try readLiteral("null")
    }
  }

  /// Limits the nesting of unknown members, because each level is a call.
  private static let maximumDepth = 64

  // MARK: Parts

  private mutating func readMembers(
    closedBy end: UInt8, _ body: (inout JSONStream) throws(JSONStreamError) -> Void
  ) throws(JSONStreamError) {
    position += 1
    try skipBlanks()
    if try peek() == end {
      position += 1
      return
    }
    while true {
      try skipBlanks()
      try body(&self)
      try skipBlanks()
      switch try peek() {
      case end:
        position += 1
        return
      case UInt8(ascii: ","):
        position += 1
        try skipBlanks()
        if try peek() == end { throw fault(.trailingComma) }
      case nil: throw fault(.unterminated)
      default: throw fault(.expectedCommaOrEnd)
      }
    }
  }

  private mutating func expect(_ expected: JSONKind) throws(JSONStreamError) {
    let found = try kind()
    guard found == expected else {
      throw .unexpected(expected: expected, found: found, offset: offset)
    }
  }

  /// Reads the bytes of a number into `scratch`, and checks that they form one.
  private mutating func readNumberText() throws(JSONStreamError) {
    scratch.removeAll(keepingCapacity: true)
    let start = offset
    while let byte = try peek() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard scratch.count < Self.longestNumber else { throw .tooLong(offset: start) }
        scratch.append(byte)
        position += 1
        continue
      default: break
      }
      break
    }
    guard JSONScanner.isNumber(scratch.span) else { throw .syntax(.badNumber, offset: start) }
  }

  /// Reads the bytes of a string, with its quotes, into `scratch`.
  private mutating func readStringText(limit: Int) throws(JSONStreamError) {
    let start = offset
    var text: [UInt8] = []
    swap(&text, &scratch)
    defer { swap(&text, &scratch) }
    text.removeAll(keepingCapacity: true)
    var border = StringBorder()
    while !border.isFound {
      guard try peek() != nil else { throw fault(.unterminated) }
      position = border.find(in: buffer.span, from: position, copyingTo: &text)
      guard text.count - 2 <= limit else { throw .tooLong(offset: start) }
    }
  }

  private mutating func readLiteral(_ word: String) throws(JSONStreamError) {
    for expected in word.utf8 {
      guard try peek() == expected else { throw fault(.expectedValue) }
      position += 1
    }
  }

  private mutating func skipBlanks() throws(JSONStreamError) {
    while let byte = try peek(), Self.isBlank(byte) { position += 1 }
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private func fault(_ fault: InvalidLine.Fault) -> JSONStreamError {
    .syntax(fault, offset: offset)
  }

  /// The next byte; nil at the end.
  private mutating func peek() throws(JSONStreamError) -> UInt8? {
    if position == buffer.count {
      guard !hasEnded else { return nil }
      do throws(ReadingError) { try fill() } catch { throw .reading(error) }
      guard !hasEnded else { return nil }
    }
    return buffer.span[position]
  }

  private mutating func fill() throws(ReadingError) {
    bufferOffset += buffer.count
    position = 0
    buffer.removeAll(keepingCapacityUpTo: .max)
    do throws(SystemError) { try buffer.reserve(additional: Self.blockSize) } catch {
      throw .system(error)
    }
    try buffer.append(upTo: Self.blockSize) { output throws(ReadingError) in
      try source.read(into: &output)
    }
    hasEnded = buffer.isEmpty
  }
}
