internal import Files
internal import Platform

/// The values of a page, in any of the encodings.
extension ColumnReader {
  func readValue() throws(ParquetError) {
    home = .page
    switch encoding {
    case .plain:
      if physical == .bytes {
        count = try Self.length(page, at: position)
        start = position + 4
        position = start + count
      } else if let width {
        guard width <= page.count - position else { throw .endsEarly }
        (start, count) = (position, width)
        position += width
        bits = Self.pattern(page, start, width)
      } else {
        guard bit >> 3 < page.count else { throw .endsEarly }
        bits = UInt64(Self.byte(page, at: bit >> 3) >> UInt8(bit & 7) & 1)
        bit += 1
      }
    case .plainDictionary, .dictionary:
      let index = try indices.next(page)
      guard index < dictionaryCount else {
        throw .damaged(reason: "a value is not in the dictionary")
      }
      home = .dictionary
      if let width {
        (start, count) = (index * width, width)
        bits = Self.pattern(dictionary, start, width)
      } else {
        start = Int(dictionaryStarts[index])
        count = try Self.length(dictionary, at: start - 4)
      }
    case .runs: bits = UInt64(try indices.next(page))
    case .deltaPacked:
      bits = UInt64(bitPattern: try nextLength())
      // The sums of four bytes wrap around.
      if physical == .int32 { bits &= 0xFFFF_FFFF }
    case .deltaLengths:
      let length = try nextLength()
      guard let count = Int(exactly: length), count >= 0, count <= page.count - position else {
        throw .endsEarly
      }
      (start, self.count) = (position, count)
      position += count
    case .deltaBytes: try readPrefixed()
    case .streamSplit: try readSplit()
    }
  }

  private func nextLength() throws(ParquetError) -> Int64 {
    guard lengths != nil else { throw .damaged(reason: "a page has too few values") }
    return try lengths?.next(page) ?? 0
  }

  /// A value that begins as the one before it does.
  private func readPrefixed() throws(ParquetError) {
    let length = try nextLength()
    guard let prefix = try prefixes?.next(page), prefix >= 0, prefix <= scratch.count,
      length >= 0, length <= page.count - position
    else { throw .endsEarly }
    scratch.truncate(to: Int(prefix))
    try Self.copy(position..<position + Int(length), of: page, to: &scratch)
    position += Int(length)
    (home, start, count) = (.scratch, 0, scratch.count)
    guard count <= limit else { throw .unsupported(feature: "values of more than \(limit) bytes") }
    guard physical != .fixedBytes || count == leaf.byteCount else {
      throw .damaged(reason: "a value is not of the size that the schema says")
    }
  }

  /// A value whose bytes lie apart: the first bytes of all values, then the second ones, and so on.
  private func readSplit() throws(ParquetError) {
    guard let width, splitIndex < splitCount else { throw .endsEarly }
    scratch.removeAll(keepingCapacityUpTo: 1 << 20)
    do throws(SystemError) { try scratch.reserve(additional: width) } catch {
      throw .system(error)
    }
    let first = position + splitIndex
    let step = splitCount
    Self.gather(width, of: page, from: first, step: step, to: &scratch)
    splitIndex += 1
    (home, start, count) = (.scratch, 0, width)
    bits = Self.pattern(scratch, 0, width)
  }

  static func gather(
    _ count: Int, of buffer: borrowing ByteBuffer, from start: Int, step: Int,
    to output: inout ByteBuffer
  ) {
    let bytes = buffer.span
    output.append(upTo: count) { output in
      for index in 0..<count { output.append(bytes[start + index * step]) }
    }
  }

  static func byte(_ buffer: borrowing ByteBuffer, at place: Int) -> UInt8 {
    buffer.span[place]
  }

  /// The bits of a number of up to eight bytes.
  static func pattern(
    _ buffer: borrowing ByteBuffer, _ start: Int, _ width: Int
  ) -> UInt64 {
    let bytes = buffer.span
    var bits: UInt64 = 0
    for index in 0..<min(8, width) { bits |= UInt64(bytes[start + index]) << UInt64(8 * index) }
    return bits
  }

  // A class can't lend the span of a buffer, but the buffer itself, for a call.

  static func lend<Result, Failure: Error>(
    _ buffer: borrowing ByteBuffer, _ range: Range<Int>,
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(buffer.span.extracting(range))
  }

  static func copy(
    _ range: Range<Int>, of buffer: borrowing ByteBuffer, to output: inout ByteBuffer
  ) throws(ParquetError) {
    do throws(SystemError) { try output.append(buffer.span.extracting(range)) } catch {
      throw .system(error)
    }
  }

  /// The length of the byte array at a place, which lies within the bytes.
  static func length(
    _ buffer: borrowing ByteBuffer, at place: Int
  ) throws(ParquetError) -> Int {
    let bytes = buffer.span
    guard bytes.count - place >= 4 else { throw .endsEarly }
    let count =
      Int(bytes[place]) | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2]) << 16
      | Int(bytes[place + 3]) << 24
    guard count <= bytes.count - place - 4 else { throw .endsEarly }
    return count
  }
}
