internal import Files

/// Reads integers that are stored as differences (`DELTA_BINARY_PACKED`): values, and the lengths
/// of byte arrays.
///
/// Blocks of differences are cut into parts, each of which has a bit width of its own.
struct DeltaReader {
  private var position: Int
  private let end: Int
  private let partCount: Int
  private let valuesPerPart: Int
  /// The number of all values.
  let count: Int
  /// The number of values that haven't been returned.
  private var remaining: Int
  /// The last value. Before the first call, the next one.
  private var value: Int64
  private var isFirst = true
  /// The current block: its least difference, its widths, and the part that is being read.
  private var least: Int64 = 0
  private var widthsStart = 0
  private var part = 0
  private var leftInPart = 0
  private var width = 0
  private var bit = 0

  /// - Throws: ``ParquetError/damaged(reason:)``
  init(_ page: borrowing ByteBuffer, _ range: Range<Int>) throws(ParquetError) {
    position = range.lowerBound
    end = range.upperBound
    let blockSize = try HybridReader.unsigned(page, &position, end)
    let parts = try HybridReader.unsigned(page, &position, end)
    let total = try HybridReader.unsigned(page, &position, end)
    value = try Self.signed(page, &position, end)
    guard (1...1 << 24).contains(blockSize), (1...1 << 16).contains(parts),
      blockSize % parts == 0, (blockSize / parts) % 8 == 0, total <= UInt64(Int32.max)
    else { throw .damaged(reason: "the sizes of delta blocks are impossible") }
    partCount = Int(parts)
    valuesPerPart = Int(blockSize / parts)
    count = Int(total)
    remaining = count
    part = partCount
  }

  private static func signed(
    _ page: borrowing ByteBuffer, _ position: inout Int, _ end: Int
  ) throws(ParquetError) -> Int64 {
    let value = try HybridReader.unsigned(page, &position, end)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// - Throws: ``ParquetError/damaged(reason:)``
  mutating func next(_ page: borrowing ByteBuffer) throws(ParquetError) -> Int64 {
    guard remaining > 0 else { throw .damaged(reason: "a page has too few values") }
    remaining -= 1
    if isFirst {
      isFirst = false
      return value
    }
    if leftInPart == 0 { try beginPart(page) }
    leftInPart -= 1
    value = value &+ least &+ (try difference(page))
    return value
  }

  private mutating func beginPart(_ page: borrowing ByteBuffer) throws(ParquetError) {
    if part == partCount { try beginBlock(page) }
    width = Int(page.span[widthsStart + part])
    part += 1
    guard width <= 64 else { throw .damaged(reason: "a difference of \(width) bits") }
    leftInPart = valuesPerPart
    bit = 8 * position
    let byteCount = valuesPerPart / 8 * width
    guard byteCount <= end - position else { throw .endsEarly }
    position += byteCount
  }

  private mutating func beginBlock(_ page: borrowing ByteBuffer) throws(ParquetError) {
    least = try Self.signed(page, &position, end)
    guard partCount <= end - position else { throw .endsEarly }
    widthsStart = position
    position += partCount
    part = 0
  }

  private mutating func difference(_ page: borrowing ByteBuffer) throws(ParquetError) -> Int64 {
    guard width > 0 else { return 0 }
    let first = bit >> 3
    let shift = bit & 7
    let byteCount = (shift + width + 7) >> 3
    bit += width
    var bits: UInt64 = 0
    for index in 0..<min(8, byteCount) {
      bits |= UInt64(page.span[first + index]) << UInt64(8 * index)
    }
    bits >>= UInt64(shift)
    if byteCount > 8 { bits |= UInt64(page.span[first + 8]) << UInt64(64 - shift) }
    return Int64(bitPattern: width == 64 ? bits : bits & (1 << UInt64(width) - 1))
  }

  /// The place after all the values. Doesn't change what ``next(_:)`` returns.
  ///
  /// - Throws: ``ParquetError/damaged(reason:)``
  func endOfValues(_ page: borrowing ByteBuffer) throws(ParquetError) -> Int {
    var reader = self
    var left = reader.remaining - 1
    while left > 0 {
      try reader.beginPart(page)
      left -= valuesPerPart
    }
    return reader.position
  }
}
