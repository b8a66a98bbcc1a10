internal import Files
internal import Platform

/// Puts lines in the order of numbers that come with them, in bounded memory.
///
///     lines that fit into a batch are sorted in memory
///     once there are more, each goes to one of 256 parts by the highest 8 bits of its number
///     at the end, part after part: one that fits into a batch is sorted in memory,
///       another one is parted in the same way by the next 8 bits
///
/// So memory is a batch, a block for each part, and one line, however many lines there are. Lines too long for a batch are
/// parted until each is alone; what has all 64 bits in common stays in the order in which it came, as it does
/// in a sorted batch. For numbers that are spread evenly two rounds do for 1 TB.
struct ExternalShuffle: ~Copyable {
  private let settings: ShuffleSettings
  /// How many bits of the numbers all lines have in common.
  private let commonBits: Int
  private var batch = LineBatch()
  private var parts: ShufflePartitions?

  init(_ settings: ShuffleSettings) {
    self.init(settings, commonBits: 0)
  }

  private init(_ settings: ShuffleSettings, commonBits: Int) {
    self.settings = settings
    self.commonBits = commonBits
  }

  /// - Throws: ``WritingError/system(_:)``, ``WritingError/compression(_:)``
  mutating func add(_ line: Span<UInt8>, order: UInt64) throws(WritingError) {
    if parts == nil {
      if batch.byteCount + LineBatch.byteCount(of: line) <= settings.batchByteLimit {
        return try batch.add(line, order: order)
      }
      try part()
    }
    try parts?.add(line, order: order)
  }

  /// Moves the batch to parts.
  private mutating func part() throws(WritingError) {
    var parts = try ShufflePartitions(settings, commonBits: commonBits)
    try batch.add(to: &parts)
    batch = LineBatch()
    self.parts = consume parts
  }

  /// Writes the lines in order.
  ///
  /// - Throws: ``WritingError``
  /// - Complexity: O(*n* log *n*)
  consuming func drain(into lines: inout SequentialLines) throws(WritingError) {
    guard var parts = parts.take() else { return try batch.drain(into: &lines) }
    try parts.finish()
    var line = ByteBuffer()
    for number in 0..<ShufflePartitions.count {
      var reader = try parts.reader(number)
      let isOrdered = parts.lineCount(number) <= 1 || commonBits + ShufflePartitions.bitCount >= 64
      if isOrdered {
        while try reader.next(into: &line) != nil { try lines.write(line.span) }
      } else if parts.byteCount(number) <= settings.batchByteLimit {
        while let order = try reader.next(into: &line) { try batch.add(line.span, order: order) }
        try batch.drain(into: &lines)
      } else {
        var shuffle = ExternalShuffle(settings, commonBits: commonBits + ShufflePartitions.bitCount)
        while let order = try reader.next(into: &line) { try shuffle.add(line.span, order: order) }
        line.removeAll(keepingCapacityUpTo: settings.blockByteCount)
        try shuffle.drain(into: &lines)
      }
      line.removeAll(keepingCapacityUpTo: settings.batchByteLimit)
    }
  }
}
