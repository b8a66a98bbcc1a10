internal import Files

/// Reads small numbers of a fixed width: levels, places in a dictionary, booleans.
///
/// They are in runs of equal numbers, and in groups of eight that are packed bit by bit. The reader
/// keeps only its position in the page's bytes, which it gets with each call.
struct HybridReader {
  private var position: Int
  private let end: Int
  private let width: Int
  /// What is left of the current run.
  private var runCount = 0
  private var runValue = 0
  /// What is left of the current groups, and the next bit in them, counted from the page's begin.
  private var packedCount = 0
  private var bit = 0

  /// - Parameters:
  ///   - range: in the page.
  ///   - width: the size of each number in bits.
  init(_ range: Range<Int>, width: Int) {
    position = range.lowerBound
    end = range.upperBound
    self.width = width
  }

  /// - Throws: ``ParquetError/damaged(reason:)``
  mutating func next(_ page: borrowing ByteBuffer) throws(ParquetError) -> Int {
    if runCount > 0 {
      runCount -= 1
      return runValue
    }
    if width == 0 { return 0 }
    if packedCount == 0 {
      try beginRun(page)
      if runCount > 0 {
        runCount -= 1
        return runValue
      }
    }
    packedCount -= 1
    let first = bit >> 3
    let shift = bit & 7
    let count = (shift + width + 7) >> 3
    guard first + count <= end else { throw .endsEarly }
    bit += width
    var bits: UInt64 = 0
    for index in 0..<count { bits |= UInt64(page.span[first + index]) << UInt64(8 * index) }
    return Int(bits >> UInt64(shift) & (1 << UInt64(width) - 1))
  }

  private mutating func beginRun(_ page: borrowing ByteBuffer) throws(ParquetError) {
    let head = try Self.unsigned(page, &position, end)
    let count = Int(head >> 1)
    guard count > 0, count <= Int(Int32.max) else {
      throw .damaged(reason: "a run of \(count) values")
    }
    if head & 1 == 1 {
      bit = 8 * position
      packedCount = 8 * count
      // The bytes may be fewer, if the last values are left out.
      position = min(end, position + count * width)
      return
    }
    let byteCount = (width + 7) >> 3
    guard byteCount <= end - position else { throw .endsEarly }
    runValue = 0
    for index in 0..<byteCount { runValue |= Int(page.span[position + index]) << (8 * index) }
    position += byteCount
    runCount = count
  }

  /// Reads a number in groups of seven bits.
  static func unsigned(
    _ page: borrowing ByteBuffer, _ position: inout Int, _ end: Int
  ) throws(ParquetError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { throw .endsEarly }
      let byte = page.span[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .damaged(reason: "a number is too long")
  }
}
